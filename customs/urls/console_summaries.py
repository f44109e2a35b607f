"""Route of the figures of the summary declaration; mounted at `/console/summaries/`."""

from django.urls import path

from customs import console

app_name = "customs_summaries"
urlpatterns = [path("", console.summaries, name="figures")]
