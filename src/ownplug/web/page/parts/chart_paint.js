// What is drawn on a chart besides what its library draws: grounds, gaps, bars, marks. All sizes in CSS pixels.

import { colour } from "../kit/theme.js";

const BAR_SHARE = 0.64; // of a stretch
const PART_PX = 2; // of the ground between stacked parts
const DIAMOND_PX = 5;
const HATCH_PX = 6;

const TOKENS = ["panel", "sunk", "ink", "ink2", "line", "edge", "tint", "warn", "c0", "c1", "c2", "c3", "c4", "c5"];

/** The colours of the theme, by token. */
export const palette = () => Object.fromEntries(TOKENS.map((token) => [token, colour(token)]));

/** A pencil for one drawing of a chart: positions from values, scaled for the screen. */
function pencil(plot) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  return {
    ctx, ratio,
    x: (at) => plot.valToPos(at, "x", true), y: (value) => plot.valToPos(value, "y", true),
    left: bbox.left, top: bbox.top, right: bbox.left + bbox.width, bottom: bbox.top + bbox.height,
  };
}

/** Draw within the plot, and leave the canvas as it was. */
function within(plot, draw) {
  const pen = pencil(plot);
  pen.ctx.save();
  pen.ctx.beginPath();
  pen.ctx.rect(pen.left, 0, pen.right - pen.left, pen.bottom + pen.ratio);
  pen.ctx.clip();
  draw(pen);
  pen.ctx.restore();
}

/** Nights and gaps, below everything. */
export function paintGrounds(plot, { nights = [], gaps = [] }, colours) {
  within(plot, (pen) => {
    for (const { from, to } of nights) {
      pen.ctx.fillStyle = colours.sunk;
      pen.ctx.fillRect(pen.x(from), pen.top, pen.x(to) - pen.x(from), pen.bottom - pen.top);
    }
    for (const { from, to } of gaps) hatch(pen, pen.x(from), Math.max(pen.x(to), pen.x(from) + pen.ratio), colours.edge);
  });
}

function hatch({ ctx, ratio, top, bottom }, from, to, ink) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, top, to - from, bottom - top);
  ctx.clip();
  ctx.strokeStyle = ink;
  ctx.lineWidth = ratio;
  ctx.beginPath();
  for (let x = from - (bottom - top); x < to; x += HATCH_PX * ratio) {
    ctx.moveTo(x, bottom);
    ctx.lineTo(x + (bottom - top), top);
  }
  ctx.stroke();
  ctx.restore();
}

/** The line of a limit. */
export function paintLimit(plot, limit, colours) {
  within(plot, ({ ctx, ratio, left, right, y }) => {
    ctx.strokeStyle = colours.warn;
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash([6 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(left, y(limit));
    ctx.lineTo(right, y(limit));
    ctx.stroke();
  });
}

/** Where the line ends: now. */
export function paintEnd(plot, at, value, colours) {
  const { ctx, ratio, x, y } = pencil(plot);
  ctx.save();
  ctx.fillStyle = colours.c1;
  ctx.beginPath();
  ctx.arc(x(at), y(value), 4 * ratio, 0, 2 * Math.PI);
  ctx.fill();
  ctx.restore();
}

/**
 * Stacked bars, the running one dashed, with what was corrected and what the period before had.
 *
 * @param {object} what
 * @param {{from: number, to: number, at: number}[]} what.stretches
 * @param {{series: number, values: (number | null)[]}[]} what.series
 * @param {number} [what.running] when the bar begins that is not over
 * @param {(number | null)[]} [what.before]
 * @param {{at: number}[]} [what.marks]
 */
export function paintBars(plot, { stretches, series, running, before, marks = [] }, colours) {
  within(plot, (pen) => {
    stretches.forEach((stretch, index) => {
      const wide = (pen.x(stretch.to) - pen.x(stretch.from)) * BAR_SHARE;
      const left = pen.x(stretch.at) - wide / 2;
      const top = paintStack(pen, series, index, { left, wide, isRunning: stretch.from === running }, colours);
      if (marks.some(({ at }) => at === stretch.from)) paintDiamond(pen, left + wide / 2, top - 9 * pen.ratio, colours);
      if (before?.[index] !== null && before?.[index] !== undefined) paintBefore(pen, left, wide, before[index], colours);
    });
  });
}

function paintStack({ ctx, ratio, y }, series, index, { left, wide, isRunning }, colours) {
  let sum = 0;
  const parted = series.length > 1 ? PART_PX * ratio : 0;
  for (const part of series) {
    const value = part.values[index];
    if (!value) continue;
    const bottom = y(sum) - (sum ? parted : 0);
    sum += value;
    const high = Math.max(ratio, bottom - y(sum));
    const ink = colours[`c${part.series}`];
    if (isRunning) {
      ctx.fillStyle = series.length > 1 ? ink : colours.tint;
      ctx.globalAlpha = series.length > 1 ? 0.55 : 1;
      ctx.fillRect(left, bottom - high, wide, high);
      ctx.globalAlpha = 1;
      ctx.strokeStyle = ink;
      ctx.lineWidth = 1.5 * ratio;
      ctx.setLineDash([3 * ratio, 2 * ratio]);
      ctx.strokeRect(left + ratio, bottom - high + ratio / 2, wide - 2 * ratio, high - ratio / 2);
      ctx.setLineDash([]);
    } else {
      ctx.fillStyle = ink;
      ctx.fillRect(left, bottom - high, wide, high);
    }
  }
  return y(sum);
}

function paintDiamond({ ctx, ratio }, x, y, colours) {
  const size = DIAMOND_PX * ratio;
  ctx.beginPath();
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, y);
  ctx.lineTo(x, y + size);
  ctx.lineTo(x - size, y);
  ctx.closePath();
  ctx.fillStyle = colours.panel;
  ctx.fill();
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 1.5 * ratio;
  ctx.stroke();
}

function paintBefore({ ctx, ratio, y }, left, wide, value, colours) {
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 2 * ratio;
  ctx.beginPath();
  ctx.moveTo(left - 3 * ratio, y(value));
  ctx.lineTo(left + wide + 3 * ratio, y(value));
  ctx.stroke();
}
