//! A product cut into pieces of few enough terms, and these into tiles for the micro-kernel.

use super::micro::{self, LeftRows, MAX_PANELS, MAX_ROWS, TileRows};
use super::operands::{Epilogue, LeftMatrix, RightRows, Rows, Target};
use super::{PANEL, Product};
use crate::isa::Isa;
use std::ops::Range;

/// The most floats of a group of panels that a tile should go through at once: so many that they stay in the second
/// cache, with the next ones, while tile after tile goes through them.
const LONGEST: usize = 64 * 1024;

/// Cuts a product into pieces of few enough terms, segment by segment; each continues the sums of the one before.
pub(super) fn pieces(isa: Isa, product: &Product<'_>, target: &mut Target<'_>) {
    let Product { left, right, .. } = product;
    if left.k() * 2 * PANEL <= LONGEST || left.segments < 2 {
        return tiles(isa, product, target);
    }
    let (continues, segments) = (target.continues, left.segments);
    for segment in 0..segments {
        let mut rows_of_left = left.rows;
        rows_of_left.first += segment * left.segment_step;
        let piece = Product {
            rows: product.rows,
            left: LeftMatrix { rows: rows_of_left, segments: 1, ..*left },
            right: RightRows { first: right.first + segment * right.segment_step, ..*right },
            columns: product.columns.clone(),
            epilogue: if segment + 1 == segments { product.epilogue } else { Epilogue::default() },
        };
        target.continues = continues || segment > 0;
        tiles(isa, &piece, target);
    }
    target.continues = continues;
}

/// Cuts a product into tiles.
fn tiles(isa: Isa, product: &Product<'_>, target: &mut Target<'_>) {
    let Product { rows, ref left, ref right, columns: ref wanted, ref epilogue } = *product;
    if rows == 0 || wanted.is_empty() {
        return;
    }
    let k = right.matrix.k();
    let panels = wanted.end.div_ceil(PANEL);
    let tiles = rows.div_ceil(micro::tile_rows(isa));
    let tile_height = rows.div_ceil(tiles);
    let mut from = TileRows::default();
    let mut panel = wanted.start / PANEL;
    while panel < panels {
        let group = group_of(micro::tile_panels(isa, tile_height), panels - panel);
        let columns = panel * PANEL..wanted.end.min((panel + group) * PANEL);
        let all = right.matrix.values();
        // Each tile of these panels fetches a part of one of the next ones.
        let per_panel = tiles.div_ceil(group);
        let part = (left.k() * PANEL).div_ceil(per_panel);
        let ahead = |tile: usize| {
            let next = panel + group + tile / per_panel;
            let start = (next * k + right.first) * PANEL + tile % per_panel * part;
            all.get(start..start + part).unwrap_or_default()
        };
        let mut lanes = micro::Lanes {
            values: &all[panel * k * PANEL..(panel + group) * k * PANEL],
            panels: group,
            first: right.first,
            segment_step: right.segment_step,
            ahead: &[],
        };
        let to_panel = panel - wanted.start / PANEL;
        let first_rows = (0..rows).step_by(tile_height);
        if columns.len() == group * PANEL {
            let mut output = whole_panels(columns, to_panel, target, epilogue);
            for (tile, row) in first_rows.enumerate() {
                let count = tile_height.min(rows - row);
                lanes.ahead = ahead(tile);
                left.rows.tile(row, count, &mut from);
                output.place(row, count);
                micro::compute(isa, LeftRows { matrix: left, rows: &from }, &lanes, &mut output.tile);
            }
        } else {
            for (tile, row) in first_rows.enumerate() {
                lanes.ahead = ahead(tile);
                left.rows.tile(row, tile_height.min(rows - row), &mut from);
                let left = LeftRows { matrix: left, rows: &from };
                let tile = RaggedTile { left, lanes: &lanes, first: row, columns: &columns, to_panel, epilogue };
                tile.compute(isa, target);
            }
        }
        panel += group;
    }
}

/// Where the tiles of whole panels go, one after the other. The micro-kernel finishes these in registers.
///
/// It is written once, and of each tile only where its rows are, in place: what is copied in wide registers right
/// before it is needed waits until every store before it has left the core, and so for the end of the tile before.
struct WholePanels<'a> {
    tile: micro::Output<'a>,
    rows: Rows,
    residual_rows: Option<Rows>,
}

fn whole_panels<'a>(
    columns: Range<usize>,
    to_panel: usize,
    target: &'a mut Target<'_>,
    epilogue: &Epilogue<'a>,
) -> WholePanels<'a> {
    let panels = columns.start / PANEL..columns.end / PANEL;
    WholePanels {
        rows: target.rows,
        residual_rows: epilogue.residual.map(|(_, rows)| rows),
        tile: micro::Output {
            data: &mut target.data[to_panel * target.panel_step..],
            rows: TileRows::default(),
            panel_step: target.panel_step,
            affine: epilogue.affine.map(|a| (&a.scale[panels.clone()], &a.shift[panels.clone()])),
            residual: epilogue.residual.map(|(data, _)| (&data[columns.start..], TileRows::default())),
            relu: epilogue.relu,
            continues: target.continues,
        },
    }
}

impl WholePanels<'_> {
    /// Goes on to the tile of `count` rows from `first` on.
    #[inline]
    fn place(&mut self, first: usize, count: usize) {
        self.rows.tile(first, count, &mut self.tile.rows);
        if let (Some((_, to)), Some(rows)) = (&mut self.tile.residual, &self.residual_rows) {
            rows.tile(first, count, to);
        }
    }
}

/// A tile whose last panel is not whole: its sums are finished one by one.
struct RaggedTile<'a> {
    left: LeftRows<'a>,
    lanes: &'a micro::Lanes<'a>,
    /// Its first row in the product.
    first: usize,
    columns: &'a Range<usize>,
    /// How many panels of the target come before it.
    to_panel: usize,
    epilogue: &'a Epilogue<'a>,
}

impl RaggedTile<'_> {
    fn compute(&self, isa: Isa, target: &mut Target<'_>) {
        let RaggedTile { left, lanes, first, columns, to_panel, epilogue } = *self;
        let count = left.rows.count;
        const ROW: usize = MAX_PANELS * PANEL;
        let mut sums = [0.0; MAX_ROWS * ROW];
        let place = |r: usize, column: usize| {
            let (panel, lane) = ((column - columns.start) / PANEL, column % PANEL);
            target.rows.offset(first + r) + (to_panel + panel) * target.panel_step + lane
        };
        if target.continues {
            for r in 0..count {
                for column in columns.clone() {
                    sums[r * ROW + column - columns.start] = target.data[place(r, column)];
                }
            }
        }
        let mut rows = TileRows::default();
        Rows::plain(ROW).tile(0, count, &mut rows);
        let mut output = micro::Output {
            data: &mut sums,
            rows,
            panel_step: PANEL,
            affine: None,
            residual: None,
            relu: false,
            continues: target.continues,
        };
        micro::compute(isa, left, lanes, &mut output);
        for r in 0..count {
            let residual = epilogue.residual.map(|(data, rows)| &data[rows.offset(first + r)..]);
            for column in columns.clone() {
                let (panel, lane) = (column / PANEL, column % PANEL);
                let mut value = sums[r * ROW + column - columns.start];
                if let Some(affine) = epilogue.affine {
                    value = value.mul_add(affine.scale[panel][lane], affine.shift[panel][lane]);
                }
                if let Some(residual) = residual {
                    value += residual[column];
                }
                if epilogue.relu && value <= 0.0 {
                    value = 0.0;
                }
                target.data[place(r, column)] = value;
            }
        }
    }
}

/// The largest of 8, 4, 2 and 1 panels that is allowed and still there.
fn group_of(allowed: usize, left: usize) -> usize {
    let mut group = allowed;
    while group > left {
        group /= 2;
    }
    group
}
