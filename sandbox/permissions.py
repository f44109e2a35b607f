"""Who may do what with the sandbox: `sandbox.read` and `sandbox.manage` (people of an enterprise, on the main site)."""

from django.utils.translation import gettext_lazy as _

from portal.enums import MemberRole
from portal.permissions import MEMBER_PERMISSIONS
from portal.rights import SENTENCES

READ = "sandbox.read"
MANAGE = "sandbox.manage"
MEMBER_PERMISSIONS[READ] = frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT})
MEMBER_PERMISSIONS[MANAGE] = frozenset({MemberRole.ADMINISTRATOR})
SENTENCES.update(
    {
        READ: _("查看本企业的沙箱，下载示例报文"),
        MANAGE: _("开通、重置本企业的沙箱，换发沙箱密钥"),
    }
)
