// Makes world.tsv, us-states.tsv and us-counties.tsv from public-domain shapes. See README.md beside this file.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as client from "topojson-client";
import * as simplify from "topojson-simplify";
import * as server from "topojson-server";
import { geoEqualEarth, geoPath } from "d3-geo";

const require = createRequire(import.meta.url);
const iso = require("i18n-iso-countries");
const open = (name) => JSON.parse(readFileSync(require.resolve(name), "utf8"));
const out = process.argv[2] ?? ".";

/** Shoelace area and the middle of a ring. */
function measure(ring) {
  let area = 0, x = 0, y = 0;
  for (let i = 0; i < ring.length - 1; i++) {
    const [ax, ay] = ring[i], [bx, by] = ring[i + 1];
    area += ax * by - bx * ay;
    x += ax; y += ay;
  }
  return { area: Math.abs(area / 2), middle: [x / (ring.length - 1), y / (ring.length - 1)] };
}

/** Relative SVG path of whole numbers, `scale` of them a unit; `small` is the least area of a ring that is kept. */
function path(rings, scale, small, dot, radius) {
  const measured = rings.map((ring) => ({ ring, ...measure(ring) }));
  const largest = measured.reduce((a, b) => (a.area >= b.area ? a : b));
  if (largest.area < dot) {
    const [x, y] = largest.middle.map((v) => Math.round(v * scale));
    const r = Math.round(scale * radius);
    return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0-${2 * r} 0z`;
  }
  let text = "", at = [0, 0];
  for (const { ring, area } of measured) {
    if (area < small && ring !== largest.ring) continue;
    const points = [];
    for (const point of ring.slice(0, -1)) {
      const next = point.map((v) => Math.round(v * scale));
      const last = points.at(-1);
      if (!last || last[0] !== next[0] || last[1] !== next[1]) points.push(next);
    }
    while (points.length > 1 && points[0].every((v, i) => v === points.at(-1)[i])) points.pop();
    if (points.length < 3) continue;
    const pair = ([x, y], first) => `${first || x < 0 ? "" : " "}${x}${y < 0 ? "" : " "}${y}`;
    let piece = `M${points[0][0]} ${points[0][1]}l`;
    at = points[0];
    points.slice(1).forEach((p, i) => { piece += pair([p[0] - at[0], p[1] - at[1]], i === 0); at = p; });
    text += piece + "z";
  }
  return text;
}

const rings = (geometry) =>
  geometry.type === "Polygon" ? geometry.coordinates : geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : [];

function write(name, lines) {
  const text = lines.filter(([, p]) => p).sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, p]) => `${id}\t${p}\n`).join("");
  writeFileSync(`${out}/${name}`, text);
  console.log(name, lines.length, (text.length / 1024).toFixed(0) + " KB");
}

/** Planar shapes, simplified together so that neighbours keep one border. */
function simplified(topology, least) {
  return simplify.simplify(simplify.presimplify(topology), least);
}

{
  const topology = open("world-atlas/countries-50m.json");
  const all = client.feature(topology, topology.objects.countries);
  const projection = geoEqualEarth().rotate([-11, 0]).fitExtent([[2, 2], [958, 478]], { type: "Sphere" });
  const draw = geoPath(projection);
  // Through the projection first: it cuts at the edge of the map.
  const features = all.features.filter((f) => f.id !== "010").map((f) => {
    const coordinates = [];
    let ring = null;
    const context = {
      moveTo: (x, y) => { ring = [[x, y]]; coordinates.push(ring); }, lineTo: (x, y) => ring.push([x, y]),
      closePath: () => ring.push([...ring[0]]), arc() {}, beginPath() {},
    };
    geoPath(projection, context)(f);
    return { type: "Feature", id: f.id, properties: f.properties, geometry: { type: "MultiPolygon", coordinates: coordinates.map((r) => [r]) } };
  });
  const planar = simplified(server.topology({ countries: { type: "FeatureCollection", features } }, 1e5), 0.35);
  const territories = new Set(["PR", "GU", "VI", "AS", "MP", "UM"]);
  const lines = client.feature(planar, planar.objects.countries).features.map((f) => {
    const code = f.properties.name === "Kosovo" ? "XK" : iso.numericToAlpha2(f.id ?? "") ?? "-";
    if (code === "-") console.log("no code:", f.properties.name, f.id);
    return [territories.has(code) ? "US" : code, path(rings(f.geometry), 5, 0.9, 3, 2.2)];
  });
  const joined = new Map();
  for (const [code, p] of lines) joined.set(code, (joined.get(code) ?? "") + p);
  write("world.tsv", [...joined]);
}

{
  const topology = open("us-atlas/counties-albers-10m.json");
  const fips = open("us-atlas/states-10m.json").objects.states.geometries;
  const postal = Object.fromEntries(readFileSync(process.argv[3], "utf8").trim().split("\n").map((l) => l.split("\t")));
  const planar = simplified(topology, 0.6);
  const shape = (object) => client.feature(planar, planar.objects[object]).features;
  write("us-states.tsv", shape("states").map((f) => [postal[f.properties.name], path(rings(f.geometry), 4, 1.2, 0, 0)]));
  write("us-counties.tsv", shape("counties").map((f) => [f.id, path(rings(f.geometry), 4, 0.8, 0.6, 1.2)]));
}
