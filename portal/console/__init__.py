"""The officials' door: routes of the desk. Pages know no app, only `portal.workbench`."""

from django.urls import path

from portal.console import desk, pages, standing

app_name = "console"
urlpatterns = [
    path("", pages.queues, name="queues"),
    path("absences/", desk.absences, name="absences"),
    path("absences/<int:absence_id>/end/", desk.end_absence, name="end_absence"),
    path("tasks/", desk.my_tasks, name="my_tasks"),
    path("standing/", standing.standing, name="standing"),
    path("<str:code>/export/", desk.export, name="export"),
    path("<str:code>/filters/", desk.save_filter, name="save_filter"),
    path("<str:code>/filters/<int:filter_id>/forget/", desk.forget_filter, name="forget_filter"),
    path("<str:code>/<int:pk>/notes/", desk.add_note, name="add_note"),
    path("<str:code>/<int:pk>/tasks/", desk.add_task, name="add_task"),
    path("<str:code>/<int:pk>/tasks/<int:task_id>/", desk.finish_task, name="finish_task"),
    path("<str:code>/", pages.queue_page, name="queue"),
    path("<str:code>/<int:pk>/", pages.case, name="case"),
    path("<str:code>/do/<slug:action>/", pages.act, name="act"),
]
