"""Derive the modelled rows of the factor tables: `python -m data.makers.factors [--check]`.

Transcribed figures live in the CSV files. This script computes only the cells that follow from
other cells (heating values, losses, freighter, rail, barge, truck and hub rows), writes them in
place and stamps the hashes. With `--check` it writes nothing and lists cells that would change.
"""

from __future__ import annotations

import statistics
import sys
from typing import TYPE_CHECKING

from data.makers.cards import DATA, Rows, read_rows, stamp, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FACTORS = DATA / "factors"
KEYS = {
    "energy_carriers_2025": "carrier_id",
    "saf_pathways_corsia": "pathway_id",
    "grids_2023": "grid_id",
    "intensities_open_2025": "toc_id",
    "vehicles_2025": "vehicle_code",
    "hubs_energy_2025": "hoc_id",
    "parameters_2025": "parameter",
}
MJ_PER_KWH = 3.6
KG_PER_TONNE = 1000.0
G_PER_KG = 1000.0
RATE = 8  # decimals of an intensity or emission factor
ENERGY = 6  # decimals of an energy or fuel amount, as in legs.csv
DATA_YEAR_SHARE = (2023 - 2020) / (2025 - 2020)  # where 2023 lies between the projected years
EU_RAIL_GRIDS = ("DE", "ES", "FR", "PL")
LOSSES_UNKNOWN = ("BE", "BY", "IT", "NL")
CORRIDOR = ("cn", "kz", "ru", "by", "pl", "de")

Inputs = dict[str, float]


class Sheet:
    """Tables by name, and every cell that a derivation sets."""

    def __init__(self) -> None:
        self.tables: dict[str, Rows] = {n: read_rows(FACTORS / f"{n}.csv") for n in KEYS}
        self.changed: list[str] = []

    def row(self, table: str, key: str) -> dict[str, str]:
        """Return one row, or say which is missing."""
        for row in self.tables[table]:
            if row[KEYS[table]] == key:
                return row
        raise KeyError(f"{table}.csv has no row {key}")

    def number(self, table: str, key: str, column: str) -> float:
        """Return one figure."""
        return float(self.row(table, key)[column])

    def put(self, table: str, key: str, figures: Mapping[str, float], digits: int) -> None:
        """Set cells, rounded to that many decimals."""
        row = self.row(table, key)
        for column, value in figures.items():
            text = f"{value:.{digits}f}"
            text = text.rstrip("0").rstrip(".") if "." in text else text
            if row[column] != text:
                self.changed.append(f"{table} {key} {column}: {row[column]} -> {text}")
                row[column] = text


def read_inputs() -> Inputs:
    """Return the cited figures and the assumptions by name."""
    return {r["item"]: float(r["value"]) for r in read_rows(FACTORS / "derivation_inputs_2025.csv")}


def slope_and_empty(*, empty: float, full: float, full_per_tkm: float) -> tuple[float, float]:
    """Fit emissions per km as empty + slope * tonnes; return (slope, empty).

    The load that a source calls full is the per-km figure over the per-tkm figure.

    >>> slope_and_empty(empty=0.6, full=1.0, full_per_tkm=0.05)
    (0.02, 0.6)
    """
    return (full - empty) / (full / full_per_tkm), empty


def derive_carriers(sheet: Sheet, i: Inputs) -> None:
    """Heating values and densities from rows per kWh, per litre, per tonne and per GJ."""
    table = "energy_carriers_2025"
    for carrier in ("jet", "diesel", "diesel-b7-gb", "mgo"):
        stem = f"desnz_{carrier.replace('-', '_')}_ttw"
        per_kg = i[f"{stem}_per_t"] / KG_PER_TONNE
        lhv = per_kg / i[f"{stem}_per_kwh_net"] * MJ_PER_KWH
        sheet.put(table, carrier, {"lhv_mj_per_kg": lhv}, 2)
        sheet.put(table, carrier, {"density_kg_per_l": i[f"{stem}_per_l"] / per_kg}, 4)
        if carrier != "jet":  # jet takes the conversion factor that aviation uses
            biogenic = sheet.number(table, carrier, "biogenic_kgco2_per_kg")
            co2 = i["ipcc_diesel_co2_per_mj"] * round(lhv, 2) / G_PER_KG - biogenic
            sheet.put(table, carrier, {"ttw_kgco2_per_kg": co2}, 4)
    hvo_lhv = i["desnz_hvo_wtt_per_kg"] / i["desnz_hvo_wtt_per_gj"] * 1000
    sheet.put(table, "hvo", {"lhv_mj_per_kg": hvo_lhv}, 2)
    density = i["desnz_hvo_ttw_per_l"] / i["desnz_hvo_ttw_per_kg"]
    sheet.put(table, "hvo", {"density_kg_per_l": density}, 4)


def derive_saf(sheet: Sheet, i: Inputs) -> None:
    """One heating value for neat fuel of all pathways."""
    per_kg, per_gj = i["desnz_avtur_renewable_wtt_per_kg"], i["desnz_avtur_renewable_wtt_per_gj"]
    for row in sheet.tables["saf_pathways_corsia"]:
        key = row["pathway_id"]
        sheet.put("saf_pathways_corsia", key, {"lhv_mj_per_kg": per_kg / per_gj * 1000}, 2)


def loss_share(i: Inputs, country: str) -> float:
    """Return losses as a share of what is fed in, from an add-on to demand, for 2023."""
    early, late = i[f"loss_addon_{country}_2020"], i[f"loss_addon_{country}_2025"]
    addon = (early + DATA_YEAR_SHARE * (late - early)) / 100
    return addon / (1 + addon)


def derive_grids(sheet: Sheet, i: Inputs) -> None:
    """Losses of all grids; the upstream part of the Chinese ones from their fossil share."""
    coal_chain = (i["coal_power_life_cycle"] - i["coal_power_direct"]) / G_PER_KG
    eu_mean = statistics.fmean(loss_share(i, g.lower()) for g in EU_RAIL_GRIDS)
    gb_loss = i["desnz_gb_td"] + i["desnz_gb_wtt_td"]
    gb_total = i["desnz_gb_generation"] + i["desnz_gb_wtt_generation"] + gb_loss
    for row in sheet.tables["grids_2023"]:
        key = row["grid_id"]
        if row["country"] == "CN":
            fossil_share = float(row["generation_kgco2e_per_kwh"]) / i["cn_fossil_power"]
            figures = {"upstream_kgco2e_per_kwh": coal_chain * fossil_share}
            sheet.put("grids_2023", key, figures, ENERGY)
            loss = loss_share(i, "cn")
        elif key == "GB":
            loss = gb_loss / gb_total
        elif key in LOSSES_UNKNOWN:
            loss = eu_mean
        else:
            loss = loss_share(i, key.lower())
        sheet.put("grids_2023", key, {"loss_share": loss}, ENERGY)


def meter_factor(sheet: Sheet, grid: str) -> float:
    """Return kg CO2e per kWh at the meter."""
    row = sheet.row("grids_2023", grid)
    made = float(row["generation_kgco2e_per_kwh"]) + float(row["upstream_kgco2e_per_kwh"])
    return made / (1 - float(row["loss_share"]))


def fuel_rates(sheet: Sheet, carrier: str, kg_per_tkm: float) -> dict[str, float]:
    """Return the intensity columns of a row that burns that much fuel."""
    row = sheet.row("energy_carriers_2025", carrier)
    return {
        "wtt_kgco2e_per_tkm": kg_per_tkm * float(row["wtt_kgco2e_per_kg"]),
        "ttw_kgco2e_per_tkm": kg_per_tkm * float(row["ttw_kgco2e_per_kg"]),
        "ttw_kgco2_per_tkm": kg_per_tkm * float(row["ttw_kgco2_per_kg"]),
    }


def mix(parts: Iterable[tuple[float, Mapping[str, float]]]) -> dict[str, float]:
    """Return the weighted sum of intensity columns."""
    total: dict[str, float] = {}
    for weight, figures in parts:
        for column, value in figures.items():
            total[column] = total.get(column, 0.0) + weight * value
    return total


def derive_rail(sheet: Sheet, i: Inputs) -> None:
    """Freight trains: energy per train-km over the mean load, times grid or fuel."""
    table, load_t = "intensities_open_2025", i["rail_train_load_t"]
    kwh_per_tkm = i["rail_electric_kwh_per_train_km"] / load_t
    diesel = fuel_rates(sheet, "diesel", i["rail_diesel_kg_per_train_km"] / load_t)

    def electric(grid: str) -> dict[str, float]:
        wtt = kwh_per_tkm * meter_factor(sheet, grid)
        return {"wtt_kgco2e_per_tkm": wtt, "ttw_kgco2e_per_tkm": 0.0, "ttw_kgco2_per_tkm": 0.0}

    for grid in ("CN", "KZ", "RU", "BY", "PL", "DE", "FR", "ES", "GB"):
        sheet.put(table, f"RAIL-ELECTRIC-{grid}", electric(grid), RATE)
    share = 1 / len(EU_RAIL_GRIDS)
    european = mix((share, electric(grid)) for grid in EU_RAIL_GRIDS)
    sheet.put(table, "RAIL-ELECTRIC-EU", european, RATE)
    sheet.put(table, "RAIL-DIESEL", diesel, RATE)
    parts = []
    for country in CORRIDOR:
        way = i[f"corridor_share_{country}"]
        wired = i["corridor_kz_electric_share"] if country == "kz" else 1.0
        parts += [(way * wired, electric(country.upper())), (way * (1 - wired), diesel)]
    sheet.put(table, "RAIL-CHINA-EUROPE", mix(parts), RATE)


def derive_air_and_barge(sheet: Sheet, i: Inputs) -> None:
    """Freighter fleet from its CO2; barges from litres per km."""
    table, density = (
        "intensities_open_2025",
        i["desnz_diesel_ttw_per_l"] / i["desnz_diesel_ttw_per_t"],
    )
    jet_co2 = sheet.number("parameters_2025", "jet_co2_kg_per_kg", "value")
    jet = fuel_rates(sheet, "jet", i["cargolux_kgco2_per_ftk"] / jet_co2)
    sheet.put(table, "AIR-LONGHAUL-FREIGHTER", jet, RATE)
    for toc, stem in (
        ("IWW-MOTOR-1500T", "motor_1500"),
        ("IWW-PUSHED-CONTAINER", "pushed_container"),
    ):
        litres_per_tkm = i[f"iww_{stem}_l_per_km"] / i[f"iww_{stem}_load_t"]
        kg_per_tkm = litres_per_tkm * density * KG_PER_TONNE
        sheet.put(table, toc, fuel_rates(sheet, "diesel", kg_per_tkm), RATE)


def derive_vehicles(sheet: Sheet, i: Inputs) -> None:
    """Diesel trucks fitted per tonne; the electric one from its full-load test."""
    blend = sheet.number("energy_carriers_2025", "diesel-b7-gb", "ttw_kgco2e_per_kg")
    trucks = [("artic33", "DIESEL-ARTIC-40T", i["artic_payload_kg"])]
    trucks += [("rigid17", "DIESEL-RIGID-18T", i["rigid_payload_kg"])]
    for stem, code, payload_kg in trucks:
        slope, empty = slope_and_empty(
            empty=i[f"desnz_{stem}_empty_ttw"],
            full=i[f"desnz_{stem}_full_ttw"],
            full_per_tkm=i[f"desnz_{stem}_full_ttw_per_tkm"],
        )
        full = empty + slope * payload_kg / KG_PER_TONNE
        energy = {"energy_per_km_empty": empty / blend, "energy_per_km_full": full / blend}
        for suffix in ("", "-B7"):
            figures = {"payload_kg": payload_kg, **energy}
            sheet.put("vehicles_2025", code + suffix, figures, ENERGY)
    payload_kg = i["artic_payload_kg"] * (1 - i["ev_payload_penalty_share"])
    full = i["volvo_fh_electric_kwh_per_km"]
    newtons = i["rolling_resistance"] * payload_kg * i["gravity"]
    rolling = newtons * 1000 / (MJ_PER_KWH * 1e6) / i["drivetrain_efficiency"]  # kWh per km
    usable = i["ev_battery_kwh"] * i["ev_battery_usable_share"]
    figures = {
        "payload_kg": payload_kg,
        "energy_per_km_empty": full - rolling,
        "energy_per_km_full": full,
        "charging_loss_share": i["charging_loss_share"],
        "range_km": round(usable / full, -1),
    }
    sheet.put("vehicles_2025", "EV-ARTIC-40T", figures, ENERGY)


def derive_hubs(sheet: Sheet, i: Inputs) -> None:
    """Energy per tonne of each kind of hub, from energy per TEU, lift, hour or square metre."""
    lhv = sheet.number("energy_carriers_2025", "diesel", "lhv_mj_per_kg")
    density = sheet.number("energy_carriers_2025", "diesel", "density_kg_per_l")
    t_per_teu = i["rotterdam_container_mt"] / i["rotterdam_container_mteu"]
    forklift = (i["forklift_l_per_h_low"] + i["forklift_l_per_h_high"]) / 2 * density

    fossil = i["terminal_fossil_energy_share"]
    diesel_co2 = i["ipcc_diesel_co2_per_mj"] * MJ_PER_KWH / G_PER_KG
    co2_per_kwh = fossil * diesel_co2 + (1 - fossil) * i["indonesia_grid"]
    co2_per_teu = (i["terminal_kgco2_per_teu_low"] + i["terminal_kgco2_per_teu_high"]) / 2
    kwh_per_t = co2_per_teu / co2_per_kwh / t_per_teu
    port = ((1 - fossil) * kwh_per_t, fossil * kwh_per_t * MJ_PER_KWH / lhv)

    t_per_lift = i["lift_teu"] * t_per_teu
    rail_kwh = i["rail_lifts"] * i["terminal_kwh_per_lift"] / t_per_lift
    rail_kg = i["rail_lifts"] * i["lift_l"] * density / t_per_lift
    border_l = i["border_lifts"] * i["lift_l"] + i["border_shunting_l"]
    border_kwh = i["border_lifts"] * i["terminal_kwh_per_lift"] / t_per_lift

    air_kwh = i["airport_kwh_per_ft2"] * i["ft2_per_m2"] / i["air_cargo_t_per_m2"]
    warehouse = (i["warehouse_kwh_per_m2_low"] + i["warehouse_kwh_per_m2_high"]) / 2
    energy = {
        "HUB-AIR": (air_kwh, i["air_equipment_h_per_t"] * forklift),
        "HUB-PORT-CONTAINER": port,
        "HUB-IWW": port,
        "HUB-RAIL": (rail_kwh, rail_kg),
        "HUB-BORDER-RAIL": (border_kwh, border_l * density / t_per_lift),
        "HUB-CROSSDOCK": (warehouse / i["crossdock_t_per_m2"], 0.0),
        "HUB-SITE": (0.0, forklift / i["site_t_per_h"]),
    }
    for hub, (kwh, kg) in energy.items():
        sheet.put("hubs_energy_2025", hub, {"kwh_per_t": kwh, "diesel_kg_per_t": kg}, ENERGY)


def rail_gcd_factor() -> float:
    """Return the mean of published length over geodesic, for China-Europe services."""
    from pyproj import Geod  # noqa: PLC0415  (only when distances are made)

    wgs84 = Geod(ellps="WGS84")
    ratios = []
    for row in read_rows(FACTORS / "rail_distances_published.csv"):
        start, end = (
            (float(row[f"{side}_lon"]), float(row[f"{side}_lat"])) for side in ("from", "to")
        )
        _, _, metres = wgs84.inv(*start, *end)
        ratios.append(float(row["published_km"]) / (float(metres) / 1000))
    return statistics.fmean(ratios)


def derive_parameters(sheet: Sheet, i: Inputs) -> None:
    """Distance factor, certificate upstream, and prices in euro."""

    def put(name: str, value: float, digits: int) -> None:
        sheet.put("parameters_2025", name, {"value": value}, digits)

    def price(name: str) -> float:
        return sheet.number("parameters_2025", name, "value")

    put("rail_gcd_factor", rail_gcd_factor(), 2)
    put("teu_gross_mass_t", i["rotterdam_container_mt"] / i["rotterdam_container_mteu"], 2)
    certificate = (i["wind_life_cycle"] + i["pv_life_cycle"]) / 2 / G_PER_KG
    put("eac_upstream_kgco2e_per_kwh", certificate, 4)
    jet = price("jet_price_eur_per_t")
    put("saf_price_eur_per_t_low", 2 * jet, 0)
    put("saf_price_eur_per_t_high", 5 * jet, 0)
    for level in ("low", "typical", "high"):
        cny, usd = f"eac_price_cny_per_mwh_{level}", f"credit_price_usd_per_t_{level}"
        put(f"eac_price_eur_per_mwh_{level}", price(cny) / i["cny_per_eur"], 2)
        put(f"credit_price_eur_per_t_{level}", price(usd) / i["usd_per_eur"], 2)


def derive() -> Sheet:
    """Return all tables with their derived cells set."""
    sheet, inputs = Sheet(), read_inputs()
    derive_carriers(sheet, inputs)
    derive_saf(sheet, inputs)
    derive_grids(sheet, inputs)
    derive_parameters(sheet, inputs)
    derive_rail(sheet, inputs)
    derive_air_and_barge(sheet, inputs)
    derive_vehicles(sheet, inputs)
    derive_hubs(sheet, inputs)
    return sheet


def main() -> int:
    """Write the derived cells, or with --check only list those that would change."""
    sheet = derive()
    for line in sheet.changed:
        print(line)
    if "--check" in sys.argv[1:]:
        return 1 if sheet.changed else 0
    for name, rows in sheet.tables.items():
        write_rows(FACTORS / f"{name}.csv", rows)
        stamp(FACTORS / f"{name}.csv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
