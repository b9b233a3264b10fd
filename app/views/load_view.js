"use strict";
// Turns each unit's drawing into one that can be turned, stepped through and asked. Loads nothing.
const load = JSON.parse(document.getElementById("load").textContent);
const COLOURS = load.colours;
const RANGE = [0.12, 1.45]; // of the elevation: never from below, never quite from above
const VIEWS = { corner: [0.47, 0.42], side: [0, 0], top: [0, Math.PI / 2], rear: [Math.PI / 2, 0] };

function shade(hex, light) {
  const part = (i) => Math.round(parseInt(hex.slice(i, i + 2), 16) * light);
  return `rgb(${part(1)},${part(3)},${part(5)})`;
}

class Unit {
  constructor(section, unit) {
    this.unit = unit;
    this.step = unit.boxes.length;
    this.by = "shipment";
    this.leaving = false;
    [this.azimuth, this.elevation] = VIEWS.corner;
    this.zoom = 1;
    this.still = section.querySelector("svg.unit");
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `Unit ${unit.unit_no}; arrow keys turn it, + and - zoom`);
    const frame = section.querySelector(".picture");
    if (this.still) this.still.remove();
    frame.append(this.canvas);
    this.tip = section.querySelector(".tip");
    this.say = section.querySelector(".now");
    this.controls(section);
    this.pointer();
    new ResizeObserver(() => this.draw()).observe(frame);
    this.draw();
  }

  controls(section) {
    const slider = section.querySelector(".steps");
    slider.max = String(this.unit.boxes.length);
    slider.value = slider.max;
    slider.oninput = () => { this.step = Number(slider.value); this.draw(); };
    this.slider = slider;
    const play = section.querySelector(".play");
    play.onclick = () => {
      if (this.timer) { clearInterval(this.timer); this.timer = 0; play.textContent = "Play"; return; }
      if (this.step >= this.unit.boxes.length) this.step = 0;
      play.textContent = "Pause";
      this.timer = setInterval(() => {
        if (this.step >= this.unit.boxes.length) { play.click(); return; }
        this.step += 1;
        slider.value = String(this.step);
        this.draw();
      }, Math.max(40, Math.min(500, 12000 / this.unit.boxes.length)));
    };
    section.querySelectorAll("[data-view]").forEach((b) => {
      b.onclick = () => { [this.azimuth, this.elevation] = VIEWS[b.dataset.view]; this.zoom = 1; this.draw(); };
    });
    this.key = section.querySelector(".key");
    section.querySelector(".by").onchange = (e) => { this.by = e.target.value; this.legend(); this.draw(); };
    section.querySelector(".way").onchange = (e) => {
      this.leaving = e.target.value === "unload";
      this.step = this.leaving ? 0 : this.unit.boxes.length;
      slider.value = String(this.step);
      this.draw();
    };
    section.querySelector(".tools").hidden = false;
  }

  // What each colour means: the list below the picture.
  legend() {
    const seen = new Map();
    for (const b of this.unit.boxes) {
      const item = load.items[b[0]];
      const name = { shipment: item.shipment_id, stop: `stop ${item.stop_no}`, piece: `${item.shipment_id} ${item.piece_id}` }[this.by];
      if (!seen.has(name)) seen.set(name, this.colour(b));
    }
    this.key.replaceChildren(...[...seen].sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true })).map(([name, colour]) => {
      const entry = document.createElement("li"), patch = document.createElement("i");
      patch.style.background = colour;
      entry.append(patch, name);
      return entry;
    }));
  }

  pointer() {
    const c = this.canvas;
    let from = null;
    c.onpointerdown = (e) => { from = [e.clientX, e.clientY, this.azimuth, this.elevation]; c.setPointerCapture(e.pointerId); };
    c.onpointerup = () => { from = null; };
    c.onpointermove = (e) => {
      if (from) {
        this.turn(from[2] - (e.clientX - from[0]) / 160, from[3] + (e.clientY - from[1]) / 160);
        return;
      }
      const box = c.getBoundingClientRect();
      this.ask(e.clientX - box.left, e.clientY - box.top);
    };
    c.onpointerleave = () => { this.tip.hidden = true; };
    c.onwheel = (e) => {
      if (!e.ctrlKey && document.activeElement !== c) return; // the page scrolls until it is clicked
      e.preventDefault();
      this.zoom = Math.min(8, Math.max(0.6, this.zoom * Math.exp(-e.deltaY / 500)));
      this.draw();
    };
    c.onkeydown = (e) => {
      const turns = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
      if (turns[e.key]) { e.preventDefault(); this.turn(this.azimuth + turns[e.key][0], this.elevation + turns[e.key][1]); }
      if (e.key === "+" || e.key === "-") { this.zoom *= e.key === "+" ? 1.2 : 1 / 1.2; this.draw(); }
    };
  }

  turn(azimuth, elevation) {
    this.azimuth = azimuth;
    this.elevation = Math.min(RANGE[1], Math.max(RANGE[0], elevation));
    this.draw();
  }

  shown() {
    const n = this.step;
    if (!this.leaving) return this.unit.boxes.slice(0, n);
    const gone = new Set(this.unit.unload.slice(0, n));
    return this.unit.boxes.filter((b) => !gone.has(b[7]));
  }

  // The viewer stands in the direction (vx, vy, up); of two boxes with a plane between them the
  // one on his side hides the other.
  order(boxes) {
    const side = [Math.sin(this.azimuth), -Math.cos(this.azimuth), Math.sin(this.elevation)];
    const after = boxes.map(() => []);
    const waits = new Int32Array(boxes.length);
    const frames = boxes.map((b) => this.extent(b));
    for (let i = 0; i < boxes.length; i += 1) {
      for (let j = i + 1; j < boxes.length; j += 1) {
        const p = frames[i], q = frames[j];
        if (p[0] >= q[2] || q[0] >= p[2] || p[1] >= q[3] || q[1] >= p[3]) continue;
        let first = 0;
        for (let a = 0; a < 3; a += 1) {
          if (Math.abs(side[a]) < 1e-9) continue;
          const [lo, hi] = [boxes[i][1 + a], boxes[i][1 + a] + boxes[i][4 + a]];
          const [lo2, hi2] = [boxes[j][1 + a], boxes[j][1 + a] + boxes[j][4 + a]];
          const sign = hi <= lo2 ? 1 : hi2 <= lo ? -1 : 0; // 1: i lies lower along the axis
          if (sign) { const d = sign * Math.sign(side[a]); first = first && first !== d ? 2 : d; }
        }
        if (first === 1) { after[i].push(j); waits[j] += 1; }
        if (first === -1) { after[j].push(i); waits[i] += 1; }
      }
    }
    const order = [], ready = [];
    waits.forEach((w, i) => { if (!w) ready.push(i); });
    const done = new Uint8Array(boxes.length);
    while (order.length < boxes.length) {
      const i = ready.length ? ready.shift() : done.indexOf(0);
      if (done[i]) continue;
      done[i] = 1;
      order.push(i);
      after[i].forEach((j) => { waits[j] -= 1; if (!waits[j]) ready.push(j); });
    }
    return order;
  }

  at(x, y, z) {
    const [sa, ca, se, ce] = this.trig;
    const away = y * ca - x * sa;
    return [this.left + (x * ca + y * sa) * this.scale, this.base - (z * ce + away * se) * this.scale];
  }

  extent(b) {
    let [l, t, r, d] = [1e9, 1e9, -1e9, -1e9];
    for (const x of [b[1], b[1] + b[4]]) for (const y of [b[2], b[2] + b[5]]) for (const z of [b[3], b[3] + b[6]]) {
      const [px, py] = this.at(x, y, z);
      l = Math.min(l, px); r = Math.max(r, px); t = Math.min(t, py); d = Math.max(d, py);
    }
    return [l + 0.01, t + 0.01, r - 0.01, d - 0.01];
  }

  fit(width, height) {
    this.trig = [Math.sin(this.azimuth), Math.cos(this.azimuth), Math.sin(this.elevation), Math.cos(this.elevation)];
    [this.left, this.base, this.scale] = [0, 0, 1];
    const [l, t, r, d] = this.extent([0, 0, 0, 0, ...this.unit.inside_mm]);
    this.scale = Math.min((width - 40) / (r - l), (height - 64) / (d - t)) * this.zoom;
    this.left = width / 2 - ((l + r) / 2) * this.scale;
    this.base = height / 2 - ((t + d) / 2) * this.scale;
  }

  face(points, fill, stroke, dash) {
    const g = this.g;
    g.beginPath();
    points.forEach((p, i) => (i ? g.lineTo(...this.at(...p)) : g.moveTo(...this.at(...p))));
    g.closePath();
    if (fill) { g.fillStyle = fill; g.fill(); }
    g.setLineDash(dash || []);
    g.strokeStyle = stroke;
    g.stroke();
  }

  cuboid(x1, y1, z1, x2, y2, z2, colour, stroke) {
    const rear = this.trig[0] > 0 ? x2 : x1, near = this.trig[1] > 0 ? y1 : y2;
    this.face([[rear, y1, z1], [rear, y2, z1], [rear, y2, z2], [rear, y1, z2]], shade(colour, 0.78), stroke);
    this.face([[x1, near, z1], [x2, near, z1], [x2, near, z2], [x1, near, z2]], shade(colour, 0.9), stroke);
    this.face([[x1, y1, z2], [x2, y1, z2], [x2, y2, z2], [x1, y2, z2]], colour, stroke);
  }

  colour(box) {
    const item = load.items[box[0]];
    const n = this.by === "shipment" ? item.colour : this.by === "stop" ? item.stop_no - 1 : box[0];
    return COLOURS[n % COLOURS.length];
  }

  draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.parentElement.clientWidth, height = Math.max(260, Math.min(520, width * 0.46));
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.style.height = `${height}px`;
    this.g = this.canvas.getContext("2d");
    this.g.scale(ratio, ratio);
    this.g.lineJoin = "round";
    this.g.lineWidth = 0.8;
    this.fit(width, height);
    this.hull();
    const boxes = this.shown();
    this.seen = this.order(boxes).map((i) => boxes[i]);
    const last = this.leaving ? 0 : this.step;
    for (const b of this.seen) {
      this.cuboid(b[1], b[2], b[3], b[1] + b[4], b[2] + b[5], b[3] + b[6], this.colour(b), b[7] === last && last < this.unit.boxes.length ? "#B00020" : "#1E2B2A");
      this.label(b);
    }
    this.marks();
    this.say.textContent = this.words();
  }

  // The rear door, what carries the cargo, and where its weight lies.
  marks() {
    const [x, y] = this.unit.inside_mm, g = this.g;
    g.setLineDash([]);
    g.fillStyle = "#5D6B6A";
    g.font = "13px sans-serif";
    g.textAlign = "center";
    if (this.elevation > 0.05) {
      const [rx, ry] = this.at(x, y / 2, 0);
      g.fillText("rear", rx + (this.trig[0] > 0 ? 16 : -16), ry + 16);
    }
    const near = this.trig[1] > 0 ? 0 : y;
    for (const place of this.unit.supports_mm || []) {
      const [px, py] = this.at(Math.max(0, Math.min(x, place)), near, 0);
      g.beginPath(); g.moveTo(px, py + 3); g.lineTo(px - 7, py + 15); g.lineTo(px + 7, py + 15); g.closePath();
      g.fillStyle = "#5D6B6A"; g.fill();
    }
    const centre = this.unit.centre_mm;
    if (centre && !this.leaving && this.step === this.unit.boxes.length) {
      const [px, py] = this.at(centre[0], near, 0);
      g.beginPath(); g.arc(px, py + 9, 6, 0, 7); g.fillStyle = "#fff"; g.fill(); g.strokeStyle = "#1E2B2A"; g.stroke();
      g.beginPath(); g.moveTo(px, py + 9); g.arc(px, py + 9, 6, 0, Math.PI / 2); g.fill();
      g.beginPath(); g.moveTo(px, py + 9); g.arc(px, py + 9, 6, -Math.PI / 2, 0); g.closePath(); g.fillStyle = "#1E2B2A"; g.fill();
      g.beginPath(); g.moveTo(px, py + 9); g.arc(px, py + 9, 6, Math.PI / 2, Math.PI); g.closePath(); g.fill();
    }
  }

  hull() {
    const [x, y, z] = this.unit.inside_mm;
    const far = this.trig[1] > 0 ? y : 0, front = this.trig[0] > 0 ? 0 : x;
    this.face([[0, 0, 0], [x, 0, 0], [x, y, 0], [0, y, 0]], "#ECEFEA", "#AEB9B3");
    this.face([[0, far, 0], [x, far, 0], [x, far, z], [0, far, z]], "#F5F7F4", "#AEB9B3");
    this.face([[front, 0, 0], [front, y, 0], [front, y, z], [front, 0, z]], "#EFF2EE", "#AEB9B3");
    for (const b of this.unit.blocks_mm) this.cuboid(...b, "#C9D1CC", "#8E9A94");
    for (const [p, q] of this.unit.cuts_mm) {
      this.face([[0, ...p], [0, ...q], [x, ...q], [x, ...p]], null, "#5D6B6A", [5, 4]);
    }
  }

  label(b) {
    const wide = b[4] * this.scale, high = b[6] * this.scale * this.trig[3];
    if (Math.abs(this.trig[1]) < 0.5 || wide < 26 || high < 14) return;
    const near = this.trig[1] > 0 ? b[2] : b[2] + b[5];
    const [px, py] = this.at(b[1] + b[4] / 2, near, b[3] + b[6] / 2);
    this.g.fillStyle = "#1E2B2A";
    this.g.font = "11px sans-serif";
    this.g.textAlign = "center";
    this.g.fillText(String(b[7]), px, py + 4);
  }

  words() {
    const n = this.unit.boxes.length;
    if (this.leaving) return `${this.step} of ${n} boxes unloaded`;
    if (this.step === 0) return `empty, ${n} boxes to load`;
    const b = this.unit.boxes[this.step - 1], item = load.items[b[0]];
    return `step ${this.step} of ${n}: ${item.shipment_id} ${item.piece_id}, ${b[1].toLocaleString("en")} mm from the front wall, ` +
      `${b[2].toLocaleString("en")} mm from the left, ${b[3].toLocaleString("en")} mm up`;
  }

  inside(px, py, points) {
    let hit = false;
    for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
      const [x1, y1] = points[i], [x2, y2] = points[j];
      if (y1 > py !== y2 > py && px < ((x2 - x1) * (py - y1)) / (y2 - y1) + x1) hit = !hit;
    }
    return hit;
  }

  ask(px, py) {
    for (let i = this.seen.length - 1; i >= 0; i -= 1) {
      const [, x, y, z, dx, dy, dz] = this.seen[i];
      const rear = this.trig[0] > 0 ? x + dx : x, near = this.trig[1] > 0 ? y : y + dy;
      const faces = [
        [[rear, y, z], [rear, y + dy, z], [rear, y + dy, z + dz], [rear, y, z + dz]],
        [[x, near, z], [x + dx, near, z], [x + dx, near, z + dz], [x, near, z + dz]],
        [[x, y, z + dz], [x + dx, y, z + dz], [x + dx, y + dy, z + dz], [x, y + dy, z + dz]],
      ];
      if (faces.some((f) => this.inside(px, py, f.map((p) => this.at(...p))))) {
        const item = load.items[this.seen[i][0]];
        this.tip.textContent = `${item.shipment_id} ${item.piece_id} · step ${this.seen[i][7]} · stop ${item.stop_no} · ` +
          `${dx.toLocaleString("en")} x ${dy.toLocaleString("en")} x ${dz.toLocaleString("en")} mm · ${item.mass_kg.toLocaleString("en")} kg`;
        this.tip.style.left = `${Math.max(4, Math.min(px + 14, this.canvas.clientWidth - 300))}px`;
        this.tip.style.top = `${py + 14}px`;
        this.tip.hidden = false;
        return;
      }
    }
    this.tip.hidden = true;
  }
}

load.units.forEach((unit) => new Unit(document.getElementById(`unit-${unit.unit_no}`), unit));
