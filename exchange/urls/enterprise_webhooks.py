"""Routes of an enterprise's webhooks; mounted at `/enterprise/webhooks/`."""

from exchange.urls.webhooks import webhook_routes
from exchange.views.webhooks import enterprise_desk

app_name = "exchange_webhooks"
urlpatterns = webhook_routes(enterprise_desk)
