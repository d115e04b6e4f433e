//! The micro-kernels between guard pages. All they touch comes from slices, and their checked callers make the
//! pointers: so it is enough that every slice lies flush against a page that may not be touched, as tight as those
//! checks allow, before it and behind it.

use super::guarded::{Flush, Guarded};
use super::*;
use crate::matmul::Rows;
use testkit::{assert_same_bits, pseudo_random};

/// Every instruction set, with buffers against a page before and behind.
fn everywhere(test: impl Fn(Isa, Flush)) {
    for isa in Isa::supported() {
        for flush in [Flush::Before, Flush::Behind] {
            test(isa, flush);
        }
    }
}

fn tile_of(rows: Rows, count: usize) -> TileRows {
    let mut tile = TileRows::default();
    rows.tile(0, count, &mut tile);
    tile
}

/// What a tile does to its sums.
#[derive(Clone, Copy, Debug)]
struct Finish {
    affine: bool,
    residual: bool,
    relu: bool,
    continues: bool,
}

/// Two segments of the left matrix, with a gap between them and one row of the right matrix left out; a gap between the
/// output's panels.
fn check_tile(isa: Isa, flush: Flush, (rows, panels): (usize, usize), finish: Finish) {
    const LENGTH: usize = 5;
    const LEFT_STEP: usize = LENGTH + 2;
    const RIGHT_STEP: usize = LENGTH + 1;
    const PANEL_STEP: usize = PANEL + 3;
    let (reach, right_rows) = (LEFT_STEP + LENGTH, RIGHT_STEP + LENGTH);
    let line = (panels - 1) * PANEL_STEP + PANEL;
    let guarded = |seed: u64, length: usize| Guarded::new(&pseudo_random(seed, length), flush);
    let a = guarded(1, rows * reach);
    let b = guarded(2, panels * right_rows * PANEL);
    let (scale, shift) = (guarded(3, panels * PANEL), guarded(4, panels * PANEL));
    let residual = guarded(5, rows * panels * PANEL);
    // Whatever lies ahead is fetched, a page that may not be read too.
    let ahead = guarded(6, 1);
    let mut y = guarded(7, rows * line);

    let mut expected = y.to_vec();
    for r in 0..rows {
        for column in 0..panels * PANEL {
            let (panel, lane) = (column / PANEL, column % PANEL);
            let to = &mut expected[r * line + panel * PANEL_STEP + lane];
            let mut sum = if finish.continues { *to } else { 0.0 };
            for segment in 0..2 {
                for k in 0..LENGTH {
                    let row = panel * right_rows + segment * RIGHT_STEP + k;
                    let x = a[r * reach + segment * LEFT_STEP + k];
                    sum = x.mul_add(b[row * PANEL + lane], sum);
                }
            }
            if finish.affine {
                sum = sum.mul_add(scale[column], shift[column]);
            }
            if finish.residual {
                sum += residual[r * panels * PANEL + column];
            }
            if finish.relu && sum <= 0.0 {
                sum = 0.0;
            }
            *to = sum;
        }
    }

    let left =
        LeftMatrix { segments: 2, segment_step: LEFT_STEP, segment_length: LENGTH, ..LeftMatrix::row_major(&a, reach) };
    let lanes = Lanes { values: &b, panels, first: 0, segment_step: RIGHT_STEP, ahead: &ahead };
    let columns = (scale.as_chunks().0, shift.as_chunks().0);
    let added = tile_of(Rows::plain(panels * PANEL), rows);
    let mut output = Output {
        data: &mut y,
        rows: tile_of(Rows::plain(line), rows),
        panel_step: PANEL_STEP,
        affine: finish.affine.then_some(columns),
        residual: finish.residual.then_some((&*residual, added)),
        relu: finish.relu,
        continues: finish.continues,
    };
    let from = tile_of(Rows::plain(reach), rows);
    compute(isa, LeftRows { matrix: &left, rows: &from }, &lanes, &mut output);
    let what = format!("{rows} rows, {panels} panels, {finish:?} on {isa}, {flush:?}");
    assert_same_bits(&y, &expected, &what);
}

#[test]
fn tiles_of_every_shape_touch_nothing_beside_their_buffers() {
    let finish = |bits: usize| Finish {
        affine: bits & 1 != 0,
        residual: bits & 2 != 0,
        relu: bits & 4 != 0,
        continues: bits & 8 != 0,
    };
    everywhere(|isa, flush| {
        for rows in 1..=tile_rows(isa) {
            let allowed = tile_panels(isa, rows);
            for panels in [1, 2, 4, 8].into_iter().filter(|&p| p <= allowed) {
                for bits in 0..16 {
                    check_tile(isa, flush, (rows, panels), finish(bits));
                }
            }
        }
    });
}

/// Terms and sums with a gap between the real parts and the imaginary ones, and between numbers; the factors between
/// guard pages too.
#[test]
fn complex_products_touch_nothing_beside_their_buffers() {
    let places = LanePlaces { first: 0, step: 2 * PANEL + 5, imaginary: PANEL + 3 };
    let length = |count: usize| (count - 1) * places.step + places.imaginary + PANEL;
    let check = |isa: Isa, flush: Flush, (count, columns): (usize, usize), conjugate: bool| {
        let guarded = |seed: u64, length: usize| Guarded::new(&pseudo_random(seed, length), flush);
        let terms = guarded(8, length(count));
        let factors = guarded(9, count * columns * 2 * PANEL);
        let mut sums = guarded(10, length(columns));
        let mut expected = sums.to_vec();
        for column in 0..columns {
            for lane in 0..PANEL {
                let (mut real, mut imaginary) = (0.0_f32, 0.0_f32);
                for term in 0..count {
                    let at = term * places.step + lane;
                    let (re, im) = (terms[at], terms[at + places.imaginary]);
                    let at = (term * columns + column) * 2 * PANEL + lane;
                    let (cos, sin) = (factors[at], factors[at + PANEL]);
                    let sin = if conjugate { -sin } else { sin };
                    real = re.mul_add(cos, real);
                    imaginary = im.mul_add(cos, imaginary);
                    real = (-im).mul_add(sin, real);
                    imaginary = re.mul_add(sin, imaginary);
                }
                expected[column * places.step + lane] = real;
                expected[column * places.step + places.imaginary + lane] = imaginary;
            }
        }
        let lanes: &[ComplexLanes] = factors.as_chunks().0.as_chunks().0;
        let products = ComplexProducts { terms: &terms, from: places, count, factors: lanes, conjugate };
        products.sum(isa, &mut sums, places);
        let what = format!("{count} terms, {columns} sums, {conjugate} on {isa}, {flush:?}");
        assert_same_bits(&sums, &expected, &what);
    };
    everywhere(|isa, flush| {
        for count in [1, 2, 7] {
            for columns in 1..10 {
                check(isa, flush, (count, columns), false);
                check(isa, flush, (count, columns), true);
            }
        }
    });
}

#[test]
fn chains_touch_nothing_beside_their_arrays() {
    everywhere(|isa, flush| {
        let seed = Guarded::new(&[0.5; PANEL], flush);
        let mut out = Guarded::new(&[0.0; PANEL], flush);
        let (seed, out) = (seed.first_chunk().unwrap(), out.first_chunk_mut().unwrap());
        multiply_add_chains(isa, 3, seed, out);
        assert!(out[0] > 0.5, "{isa}");
    });
}
