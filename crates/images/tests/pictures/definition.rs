//! Resizing and cropping, computed again from their documentation: any sizes, not only those of the fixtures.

use images::Rgb8;
use images::pillow::{center_crop, preprocess, resize_bilinear, resize_shorter_side};
use proptest::prelude::*;

/// A picture as rows of pixels.
type Rows = Vec<Vec<[u8; 3]>>;

fn noise(seed: u64, width: usize, height: usize) -> Rgb8 {
    let mut state = seed | 1;
    let bytes = (0..3 * width * height).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // Many pixels at the ends of the range, where rounding shows.
        match state % 4 {
            0 => 0,
            1 => 255,
            _ => state.to_le_bytes()[7],
        }
    });
    Rgb8::from_pixels(width, height, bytes.collect()).unwrap()
}

fn rows(picture: &Rgb8) -> Rows {
    let row = |y| (0..picture.width()).map(|x| picture.pixel(x, y)).collect();
    (0..picture.height()).map(row).collect()
}

fn transposed(rows: &Rows) -> Rows {
    (0..rows[0].len()).map(|x| rows.iter().map(|row| row[x]).collect()).collect()
}

/// Each row resized: the triangle around each output's center, widened where it shrinks; weights in units of 2^-22,
/// their sums rounded to bytes.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "C's conversions, as documented")]
fn pass(rows: &Rows, to: usize) -> Rows {
    let from = rows[0].len();
    let scale = from as f64 / to as f64;
    let reach = if scale > 1.0 { scale } else { 1.0 };
    let of_row = |row: &Vec<[u8; 3]>| {
        let pixel = |x: usize| {
            let center = (x as f64 + 0.5) * scale;
            let first = ((center - reach + 0.5) as i64).max(0) as usize;
            let end = ((center + reach + 0.5) as usize).min(from);
            let weight = |i: usize| (1.0 - ((i as f64 - center + 0.5) * (1.0 / reach)).abs()).max(0.0);
            let sum = (first..end).map(weight).sum::<f64>();
            let whole = |i: usize| (weight(i) / sum * 4_194_304.0 + 0.5) as i64;
            [0, 1, 2].map(|c| {
                let sum: i64 = (first..end).map(|i| i64::from(row[i][c]) * whole(i)).sum();
                ((sum + (1 << 21)) >> 22).clamp(0, 255) as u8
            })
        };
        (0..to).map(pixel).collect()
    };
    rows.iter().map(of_row).collect()
}

fn resized(picture: &Rgb8, width: usize, height: usize) -> Rows {
    let (from, across) = (rows(picture), picture.width() != width);
    let down = picture.height() != height;
    let vertical = |rows: &Rows| transposed(&pass(&transposed(rows), height));
    // The vertical pass comes first if it takes away more than twice as many rows as the other takes away columns.
    let signed = |n: usize| i64::try_from(n).unwrap();
    let fewer_rows = signed(picture.height()) - signed(height);
    let fewer_columns = signed(picture.width()) - signed(width);
    match (across, down) {
        (false, false) => from,
        (true, false) => pass(&from, width),
        (false, true) => vertical(&from),
        (true, true) if fewer_rows > 0 && fewer_rows > 2 * fewer_columns => pass(&vertical(&from), width),
        (true, true) => vertical(&pass(&from, width)),
    }
}

/// The middle of the rows, black where they lack something.
fn cropped(from: &Rows, crop: usize) -> Rows {
    let place = |size: usize| -> i64 {
        let (size, crop) = (i64::try_from(size).unwrap(), i64::try_from(crop).unwrap());
        if size < crop {
            return -((crop - size) / 2);
        }
        // Half of what is left over, a half to the even number.
        let spare = size - crop;
        spare / 2 + i64::from(spare % 2 == 1 && spare / 2 % 2 == 1)
    };
    let (top, left) = (place(from.len()), place(from[0].len()));
    let at = |y: usize, x: usize| {
        let row = usize::try_from(i64::try_from(y).unwrap() + top).ok()?;
        let column = usize::try_from(i64::try_from(x).unwrap() + left).ok()?;
        from.get(row)?.get(column).copied()
    };
    let row = |y| (0..crop).map(|x| at(y, x).unwrap_or([0; 3])).collect();
    (0..crop).map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_resize_is_the_documented_arithmetic(from in (1_usize..24, 1_usize..24), to in (1_usize..24, 1_usize..24), seed: u64) {
        let picture = noise(seed, from.0, from.1);
        let found = resize_bilinear(&picture, to.0, to.1).unwrap();
        prop_assert_eq!(rows(&found), resized(&picture, to.0, to.1));
    }

    #[test]
    fn any_preprocessing_is_a_resize_of_the_shorter_side_and_the_crop_of_its_middle(
        from in (1_usize..30, 1_usize..30), size in 1_usize..24, crop in 1_usize..24, seed: u64,
    ) {
        let picture = noise(seed, from.0, from.1);
        let (width, height) = if from.0 <= from.1 { (size, size * from.1 / from.0) } else { (size * from.0 / from.1, size) };
        let expected = resized(&picture, width, height);
        prop_assert_eq!(&rows(&resize_shorter_side(&picture, size).unwrap()), &expected);
        prop_assert_eq!(rows(&preprocess(&picture, size, crop).unwrap()), cropped(&expected, crop));
        prop_assert_eq!(rows(&center_crop(&picture, crop).unwrap()), cropped(&rows(&picture), crop));
    }
}

#[test]
fn the_order_of_the_passes_changes_where_twice_as_many_rows_as_columns_go() {
    // Nine columns fewer, and around eighteen rows.
    let mut differ = 0;
    for height in [47, 48, 49, 50, 51] {
        let picture = noise(7, 29, height);
        let expected = resized(&picture, 20, 30);
        assert_eq!(rows(&resize_bilinear(&picture, 20, 30).unwrap()), expected, "{height} rows");
        let across_first = transposed(&pass(&transposed(&pass(&rows(&picture), 20)), 30));
        differ += usize::from(expected != across_first);
    }
    // 19, 20 and 21 rows fewer are more than eighteen; and the order shows.
    assert_eq!(differ, 3);
}

#[test]
fn a_picture_is_its_bytes_and_is_refused_if_they_are_not_three_a_pixel() {
    let bytes: Vec<u8> = (0..18).collect();
    let picture = Rgb8::from_pixels(3, 2, bytes.clone()).unwrap();
    assert_eq!((picture.width(), picture.height()), (3, 2));
    assert_eq!(picture.pixel(2, 1), [15, 16, 17]);
    assert_eq!(picture.row(1), &bytes[9..]);
    assert_eq!(picture.pixels(), bytes);
    assert_eq!(picture.clone().into_pixels(), bytes);
    for (width, height, length) in [(3, 2, 17), (3, 2, 19), (2, 2, 18), (0, 2, 0), (2, 0, 0)] {
        assert!(Rgb8::from_pixels(width, height, vec![0; length]).is_err(), "{width} {height} {length}");
    }
    for (x, y) in [(3, 0), (0, 2)] {
        let read = || picture.pixel(x, y);
        assert!(std::panic::catch_unwind(read).is_err(), "({x}, {y})");
    }
    assert!(std::panic::catch_unwind(|| picture.row(2).len()).is_err());
}
