"""Addresses of the room: the import half and the understanding half."""

from django.urls import path, register_converter

from .views import balance, imports, indicators, plans, positions, products, projection, settings, traces


class PlanKind:
    """The address says „ergebnisplan“ and „finanzplan“ as the pages of the two plans do; the code has its own words."""

    regex = "ergebnisplan|finanzplan"
    kinds = {"ergebnisplan": "operating", "finanzplan": "cash"}

    def to_python(self, value: str) -> str:
        return self.kinds[value]

    def to_url(self, value: str) -> str:
        names = {kind: name for name, kind in self.kinds.items()}
        if value not in names:
            raise ValueError(value)
        return names[value]


register_converter(PlanKind, "plan_kind")

urlpatterns = [
    # ---------------------------------------------------------------- import: from the file to the adopted version
    path("einlesen/", imports.import_list, name="import-list"),
    path("einlesen/neu/", imports.import_new, name="import-new"),
    path("einlesen/konten/", positions.account_positions, name="account-positions"),
    path("einlesen/<int:pk>/", imports.import_detail, name="import-detail"),
    path("einlesen/<int:pk>/zuordnung/", imports.import_mapping, name="import-mapping"),
    path("einlesen/<int:pk>/zuordnung/vorschlag/", imports.import_reset, name="import-reset"),
    path("einlesen/<int:pk>/zuordnung/speichern/", imports.import_save_mapping, name="import-save-mapping"),
    path("einlesen/<int:pk>/pruefung/", imports.import_check, name="import-check"),
    path("einlesen/<int:pk>/vorschau/", imports.import_preview, name="import-preview"),
    path("einlesen/<int:pk>/uebernehmen/", imports.import_adopt, name="import-adopt"),
    path("einlesen/<int:pk>/verwerfen/", imports.import_discard, name="import-discard"),
    path("einlesen/<int:pk>/datei/", traces.import_file, name="import-file"),
    path("einlesen/<int:pk>/datei/<int:companion>/", traces.import_companion, name="import-companion"),
    path("einlesen/<int:pk>/abgelehnt/", traces.import_rejected, name="import-rejected"),
    path("einlesen/zeile/<int:pk>/", traces.line_trace, name="budget-line"),
    # ---------------------------------------------------------------- understanding and looking ahead
    path("", plans.plan_overview, name="budget-overview"),
    path("ergebnisplan/", plans.plan_page, {"kind": "operating"}, name="budget-plan"),
    path("finanzplan/", plans.plan_page, {"kind": "cash"}, name="budget-cash"),
    path("<plan_kind:kind>/<slug:number>/", plans.plan_position, name="budget-position"),
    path("teilplaene/", products.product_tree, name="budget-products"),
    path("teilplaene/<int:pk>/", products.product_page, name="budget-product"),
    path("teilplaene/<int:pk>/bearbeiten/", products.product_edit, name="budget-product-edit"),
    path("teilplaene/<int:pk>/konto/<int:account>/", products.product_account, name="budget-account"),
    path("plan-und-ergebnis/", plans.series_page, name="budget-series"),
    path("aufgaben/", products.task_page, name="budget-tasks"),
    path("kennzahlen/", indicators.indicator_list, name="budget-indicators"),
    path("kennzahlen/<slug:ident>/", indicators.indicator_page, name="budget-indicator"),
    path("fruehwarnung/", indicators.warning_page, name="budget-warning"),
    path("bilanz/", balance.balance_page, name="budget-balance"),
    path("bilanz/jahr/", balance.balance_choose, name="budget-balance-choose"),
    path("bilanz/einlesen/", balance.balance_import, name="budget-balance-import"),
    path("bilanz/<int:year>/", balance.balance_edit, name="budget-balance-edit"),
    path("vergleich/", plans.comparison_page, name="budget-comparison"),
    path("fortschreibung/", projection.projection_page, name="budget-projection"),
    path("fortschreibung/annahmen/", projection.assumption_list, name="budget-assumptions"),
    path("fortschreibung/annahmen/neu/", projection.assumption_add, name="budget-assumption-add"),
    path("fortschreibung/annahmen/<int:pk>/", projection.assumption_edit, name="budget-assumption-edit"),
    path("fortschreibung/annahmen/<int:pk>/loeschen/", projection.assumption_remove, name="budget-assumption-remove"),
    path("einstellungen/", settings.settings_edit, name="budget-settings"),
]
