from django.urls import path

from . import views

urlpatterns = [
    path("darstellung/", views.theme, name="theme"),
]
