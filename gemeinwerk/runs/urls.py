from django.urls import path

from . import views

urlpatterns = [
    path("k/<slug:key>/laeufe/", views.run_list, name="run-list"),
    path("k/<slug:key>/laeufe/<int:pk>/", views.run_detail, name="run-detail"),
    path("k/<slug:key>/laeufe/<int:pk>/abbrechen/", views.run_cancel, name="run-cancel"),
]
