//! Progressive files whose later scans are missing: libjpeg-turbo, from 2.1 on, guesses the low frequencies of a block
//! from the first coefficients around it (`decompress_smooth_data`).
//!
//! The window is five blocks wide and high. What is guessed is what the standard's section K.8 proposes for three by
//! three: the coefficients of a smooth surface through the means. A guess takes the place of a coefficient that is still
//! zero and not known to its last bit, and stays below what the known bits leave open. Where nothing but means is known,
//! the means are smoothed as well.

use crate::frame::Component;

/// A window of blocks, `[row, column]`, and the weight of each one's first coefficient.
type Window = [[i64; 5]; 5];

/// Weights are in units of 2^-8.
const UNIT_BITS: u32 = 8;

/// Where a coefficient stands in a block, `8 row + column`, and the weights that guess it; in the order of the codes,
/// from the second coefficient on.
type Guess = (usize, Window);

/// Where nothing is known but first coefficients.
#[rustfmt::skip]
const FROM_MEANS: [Guess; 9] = [
    (1, [[-1, -1, 0, 1, 1], [-3, 13, 0, -13, 3], [-3, 38, 0, -38, 3], [-3, 13, 0, -13, 3], [-1, -1, 0, 1, 1]]),
    (8, [[-1, -3, -3, -3, -1], [-1, 13, 38, 13, -1], [0; 5], [1, -13, -38, -13, 1], [1, 3, 3, 3, 1]]),
    (16, [[0, 0, 1, 0, 0], [0, 2, 7, 2, 0], [0, -5, -14, -5, 0], [0, 2, 7, 2, 0], [0, 0, 1, 0, 0]]),
    (9, [[-1, 0, 0, 0, 1], [0, 9, 0, -9, 0], [0; 5], [0, -9, 0, 9, 0], [1, 0, 0, 0, -1]]),
    (2, [[0; 5], [0, 2, -5, 2, 0], [1, 7, -14, 7, 1], [0, 2, -5, 2, 0], [0; 5]]),
    (3, [[0; 5], [0, 1, 0, -1, 0], [0, 2, 0, -2, 0], [0, 1, 0, -1, 0], [0; 5]]),
    (10, [[0; 5], [0, 1, -3, 1, 0], [0; 5], [0, -1, 3, -1, 0], [0; 5]]),
    (17, [[0; 5], [0, 1, 0, -1, 0], [0, -3, 0, 3, 0], [0, 1, 0, -1, 0], [0; 5]]),
    (24, [[0; 5], [0, 1, 2, 1, 0], [0; 5], [0, -1, -2, -1, 0], [0; 5]]),
];

/// The first coefficient itself, there.
const MEAN: Window =
    [[-2, -6, -8, -6, -2], [-6, 6, 42, 6, -6], [-8, 42, 152, 42, -8], [-6, 6, 42, 6, -6], [-2, -6, -8, -6, -2]];

/// Where other coefficients are known too.
#[rustfmt::skip]
const FROM_MORE: [Guess; 5] = [
    (1, [[0; 5], [0; 5], [-7, 50, 0, -50, 7], [0; 5], [0; 5]]),
    (8, [[0, 0, -7, 0, 0], [0, 0, 50, 0, 0], [0; 5], [0, 0, -50, 0, 0], [0, 0, 7, 0, 0]]),
    (16, [[0, 0, -1, 0, 0], [0, 0, 13, 0, 0], [0, 0, -24, 0, 0], [0, 0, 13, 0, 0], [0, 0, -1, 0, 0]]),
    (9, [[0, -1, 0, 1, 0], [-1, 10, 0, -10, 1], [0; 5], [1, -10, 0, 10, -1], [0, 1, 0, -1, 0]]),
    (2, [[0; 5], [0; 5], [-1, 13, -24, 13, -1], [0; 5], [0; 5]]),
];

/// The coefficients that may be guessed, the first one included.
pub(crate) const GUESSED: usize = 10;

/// How the blocks of a component are smoothed.
#[derive(Debug)]
pub(crate) struct Smoothing<'a> {
    pub(crate) component: &'a Component,
    /// Steps of quantisation, in the order of the codes; the first ten are not zero.
    pub(crate) steps: &'a [i16; 64],
    /// The lowest bit known of each coefficient, in the order of the codes.
    pub(crate) known: &'a [Option<u32>; 64],
    /// Rows of units in the picture.
    pub(crate) unit_rows: usize,
}

impl Smoothing<'_> {
    /// A block at a column and a row among the stored ones, with guesses where they are better than nothing; `block`
    /// gives the blocks as they were decoded, of which there are `stored_rows` rows.
    pub(crate) fn smoothed<'b>(
        &self,
        (column, row): (usize, usize),
        stored_rows: usize,
        block: impl Fn(usize, usize) -> &'b [i16; 64],
    ) -> [i16; 64] {
        let last = self.component.blocks.0 - 1;
        let rows = self.rows(row);
        let means = rows.map(|row| {
            [-2, -1, 0, 1, 2].map(|aside: isize| match row {
                // Rows that fill a unit, and of which a component alone has no codes, are zero.
                row if row >= stored_rows => 0,
                row => i64::from(block(column.saturating_add_signed(aside).min(last), row)[0]),
            })
        });
        let mut smoothed = *block(column, row);
        let from_means = self.known[1..GUESSED].iter().all(Option::is_none);
        let guesses: &[Guess] = if from_means { &FROM_MEANS } else { &FROM_MORE };
        for (k, (place, weights)) in (1..).zip(guesses) {
            if self.known[k] != Some(0) && smoothed[*place] == 0 {
                smoothed[*place] = self.guess(k, weights, &means, self.known[k]);
            }
        }
        if from_means {
            smoothed[0] = self.guess(0, &MEAN, &means, None);
        }
        smoothed
    }

    /// The value of coefficient k, rounded to its steps; where its bits from `known` on are zero, it stays below them.
    fn guess(&self, k: usize, weights: &Window, means: &Window, known: Option<u32>) -> i16 {
        let step = |k: usize| i64::from(self.steps[k].cast_unsigned());
        let products = weights.as_flattened().iter().zip(means.as_flattened()).map(|(weight, mean)| weight * mean);
        let sum = step(0) * products.sum::<i64>();
        let magnitude = ((step(k) << (UNIT_BITS - 1)) + sum.abs()) / (step(k) << UNIT_BITS);
        // libjpeg keeps the low 32 bits, and then 16; no photograph has more than fit.
        let [a, b, c, d, ..] = magnitude.to_le_bytes();
        let magnitude = match (known, i32::from_le_bytes([a, b, c, d])) {
            (Some(bit @ 1..), magnitude) => magnitude.min((1 << bit) - 1),
            (_, magnitude) => magnitude,
        };
        let [low, high, ..] = (if sum < 0 { magnitude.wrapping_neg() } else { magnitude }).to_le_bytes();
        i16::from_le_bytes([low, high])
    }

    /// The rows of blocks that the window of a row covers: beyond the first and the last row, it is that row again.
    ///
    /// libjpeg counts rows by units, and in the last unit by as many rows as the picture has there, so that there the
    /// window may end earlier than the picture.
    fn rows(&self, row: usize) -> [usize; 5] {
        let in_unit = self.component.rows;
        let unit = row / in_unit;
        let in_last = match self.component.blocks.1 % in_unit {
            0 => in_unit,
            rows => rows,
        };
        let counted = if unit + 1 == self.unit_rows { in_last } else { in_unit };
        let (at, all) = (unit * counted + row % in_unit, counted * self.unit_rows);
        let up = |by: usize| if at >= by { row - by } else { row - at.min(by - 1) };
        let down = |by: usize| if at + by < all { row + by } else { row + (all - 1 - at).min(by - 1) };
        [up(2), up(1), row, down(1), down(2)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of so many rows of blocks, in units of so many.
    fn component(blocks: (usize, usize), rows: usize) -> Component {
        Component {
            id: 1,
            sampling: (1, rows),
            rows,
            scale: (1, 1),
            steps: 0,
            size: (8 * blocks.0, 8 * blocks.1),
            blocks,
            stored: (blocks.0, blocks.1.next_multiple_of(rows)),
        }
    }

    fn rows_of(blocks: usize, in_unit: usize, row: usize) -> [usize; 5] {
        let component = component((1, blocks), in_unit);
        let unit_rows = blocks.div_ceil(in_unit);
        Smoothing { component: &component, steps: &[1; 64], known: &[None; 64], unit_rows }.rows(row)
    }

    #[test]
    fn windows_end_at_the_picture() {
        assert_eq!(rows_of(7, 1, 3), [1, 2, 3, 4, 5]);
        assert_eq!(rows_of(7, 1, 0), [0, 0, 0, 1, 2]);
        assert_eq!(rows_of(7, 1, 1), [0, 0, 1, 2, 3]);
        assert_eq!(rows_of(7, 1, 5), [3, 4, 5, 6, 6]);
        assert_eq!(rows_of(7, 1, 6), [4, 5, 6, 6, 6]);
        assert_eq!(rows_of(1, 1, 0), [0; 5]);
    }

    /// Three rows in units of two: libjpeg takes the last one for the second of two.
    #[test]
    fn in_a_last_unit_with_fewer_rows_libjpegs_count_holds() {
        assert_eq!(rows_of(3, 2, 1), [0, 0, 1, 2, 3]);
        assert_eq!(rows_of(3, 2, 2), [1, 1, 2, 2, 2]);
    }

    /// A surface through the means that rises by 64 a block of eight samples: its first cosine is negative, whatever is
    /// added to all means, and means of one level stay as they are.
    #[test]
    fn a_slope_is_guessed_from_means_alone_and_never_beyond_known_bits() {
        let component = component((5, 1), 1);
        let mut known = [None; 64];
        known[0] = Some(0);
        let steps = [1; 64];
        let slope = |offset: i16| -> Vec<[i16; 64]> {
            let block = |x: i16| std::array::from_fn(|k| if k == 0 { 64 * x + offset } else { 0 });
            (0..5).map(block).collect()
        };
        let of = |known: &[Option<u32>; 64], blocks: &[[i16; 64]]| {
            let smoothing = Smoothing { component: &component, steps: &steps, known, unit_rows: 1 };
            smoothing.smoothed((2, 0), 1, |x, _| &blocks[x])
        };
        let (low, high) = (of(&known, &slope(0)), of(&known, &slope(1000)));
        // One row, seen five times, so that weights of columns add up to -11, 62, 0, -62 and 11: of the means 0, 64, 128,
        // 192 and 256 that is -5120, and divided by 256 and rounded -20.
        assert_eq!((low[1], low[0]), (-20, 128));
        assert_eq!((high[1], high[0]), (-20, 1128));
        // -18 where the first bits of this coefficient are known, which leave room for seven.
        known[1] = Some(3);
        assert_eq!(of(&known, &slope(0))[1], -7);
        known[1] = Some(0);
        assert_eq!(of(&known, &slope(0))[1], 0);
    }
}
