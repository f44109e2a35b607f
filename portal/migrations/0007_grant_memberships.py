from typing import Any

from django.db import migrations

ROLES = {
    "administrator": "act as administrator of the enterprise",
    "declarant": "act as declarant of the enterprise",
    "finance": "act as finance staff of the enterprise",
    "viewer": "read what belongs to the enterprise",
}


def grant(apps: Any, schema_editor: Any) -> None:
    """Every membership of before gets its object permission on the enterprise."""
    kind, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="portal", model="organisation"
    )
    permissions = {
        role: apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind, codename=f"act_as_{role}", defaults={"name": name}
        )[0]
        for role, name in ROLES.items()
    }
    granted = apps.get_model("portal", "OrganisationUserPermission")
    granted.objects.bulk_create(
        (
            granted(
                user_id=member.user_id,
                content_object_id=member.organisation_id,
                permission=permissions[member.role],
            )
            for member in apps.get_model("portal", "Membership").objects.iterator()
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0006_people_and_rights"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
