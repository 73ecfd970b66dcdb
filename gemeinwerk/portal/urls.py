from django.urls import path

from .views import directory, find, home

urlpatterns = [
    path("", home.home, name="home"),
    path("verzeichnis/", directory.directory_list, name="directory-list"),
    path("verzeichnis/<slug:key>/", directory.directory_detail, name="directory-detail"),
    path("suche/", find.search_page, name="search"),
    path("demo/haushaltsdatei/", home.demo_file, name="demo-file"),
    path("k/<slug:key>/", home.body_home, name="body-home"),
]
