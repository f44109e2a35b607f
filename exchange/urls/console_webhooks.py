"""Routes of an agency's webhooks; mounted at `/console/webhooks/`."""

from exchange.console.journal import agency_desk
from exchange.urls.webhooks import webhook_routes

app_name = "exchange_console_webhooks"
urlpatterns = webhook_routes(agency_desk)
