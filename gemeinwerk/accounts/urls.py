from django.urls import path

from .views import login, members

urlpatterns = [
    path("anmelden/", login.login_page, name="login"),
    path("abmelden/", login.logout_step, name="logout"),
    path("einladung/<str:coded>/<str:token>/", login.invitation_page, name="invitation"),
    path("demo/person/<int:pk>/", login.demo_login, name="demo-login"),
    path("konto/", login.account_page, name="account"),
    path("konto/passwort/", login.password_change, name="password-change"),
    path("konto/koerperschaft/", login.seat_choose, name="seat-choose"),
    path("konto/wechseln/", login.seat_switch, name="seat-switch"),
    path("k/<slug:key>/mitglieder/", members.member_list, name="member-list"),
    path("k/<slug:key>/mitglieder/neu/", members.member_add, name="member-add"),
    path("k/<slug:key>/mitglieder/<int:pk>/", members.member_change, name="member-change"),
    path("k/<slug:key>/mitglieder/<int:pk>/entfernen/", members.member_remove, name="member-remove"),
    path("k/<slug:key>/mitglieder/<int:pk>/einladung/", members.member_invite, name="member-invite"),
    path("k/<slug:key>/rollen/", members.role_list, name="role-list"),
    path("k/<slug:key>/verlauf/", members.activity_list, name="activity-list"),
]
