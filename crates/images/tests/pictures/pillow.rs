//! Resizing and cropping against Pillow's own results, and what must hold for any picture.

use crate::fixtures::{assert_same, cases, picture};
use images::pillow::{center_crop, resize_bilinear, resize_shorter_side};
use images::{ImageError, Rgb8, preprocess};
use proptest::prelude::*;

#[test]
fn resizing_gives_pillows_pixels() {
    let cases = cases("resize");
    assert_eq!(cases.len(), 34);
    for case in cases {
        let resized = resize_bilinear(&picture(&case["source"]), case.size("width"), case.size("height")).unwrap();
        assert_same(&resized, &case["expected"]);
    }
}

#[test]
fn preprocessing_gives_pillows_pixels() {
    let cases = cases("preprocess");
    assert_eq!(cases.len(), 17);
    for case in cases {
        let shown = preprocess(&picture(&case["source"]), case.size("resize"), case.size("crop")).unwrap();
        assert_same(&shown, &case["expected"]);
    }
}

#[test]
fn the_longer_side_is_truncated() {
    let size = |width, height, size| {
        let resized = resize_shorter_side(&constant(width, height, [0; 3]), size).unwrap();
        (resized.width(), resized.height())
    };
    // 256 * 500 / 375 = 341.33 and 256 * 500 / 334 = 383.23, as for photographs of ImageNet.
    assert_eq!(size(500, 375, 256), (341, 256));
    assert_eq!(size(334, 500, 256), (256, 383));
    // 4 * 5 / 3 = 6.67 would round to 7.
    assert_eq!(size(3, 5, 4), (4, 6));
    assert_eq!(size(9, 7, 7), (9, 7));
}

#[test]
fn a_crop_begins_at_the_half_rounded_to_even() {
    // Column x is x + 1 everywhere, so the first kept one says where the crop begins; black is padding.
    let first = |width: usize, crop| {
        let row: Vec<u8> = (1..=width).flat_map(|x| [u8::try_from(x).unwrap(); 3]).collect();
        let picture = Rgb8::from_pixels(width, 1, row).unwrap();
        let middle = if crop == 1 { 0 } else { (crop - 1) / 2 };
        center_crop(&picture, crop).unwrap().pixel(0, middle)[0]
    };
    // round(0.5) = 0, round(1.5) = 2, round(2.5) = 2, round(3.5) = 4.
    assert_eq!([2, 4, 6, 8].map(|width| first(width, 1)), [1, 3, 3, 5]);
    assert_eq!([1, 3, 5].map(|width| first(width, 1)), [1, 2, 3]);
    // One black column before one of width 1 in 3, none before one of width 2.
    assert_eq!([first(1, 3), first(2, 3), first(3, 3)], [0, 1, 1]);
}

#[test]
fn a_size_without_a_pixel_or_with_too_many_is_an_error() {
    let picture = constant(2, 2, [1, 2, 3]);
    for result in [
        resize_bilinear(&picture, 0, 5),
        resize_bilinear(&picture, 1 << 20, 1 << 20),
        resize_bilinear(&picture, usize::MAX, 2),
        resize_shorter_side(&picture, 0),
        center_crop(&picture, usize::MAX),
        preprocess(&picture, 4, 0),
        preprocess(&picture, 1 << 40, 4),
        Rgb8::from_pixels(0, 0, Vec::new()),
    ] {
        assert!(matches!(result, Err(ImageError::Size { .. })), "{result:?}");
    }
    let error = Rgb8::from_pixels(2, 2, vec![0; 11]).unwrap_err();
    assert_eq!(error.to_string(), "expected 12 bytes for an RGB picture of 2x2, found 11");
    // A thread of 65,535 pixels would become 256 by 16,776,960; preprocessing computes what is kept of it alone.
    let thread = constant(1, 65_535, [9, 8, 7]);
    assert!(matches!(resize_shorter_side(&thread, 256), Err(ImageError::Size { .. })));
    assert_eq!(preprocess(&thread, 256, 224).unwrap(), constant(224, 224, [9, 8, 7]));
}

fn constant(width: usize, height: usize, color: [u8; 3]) -> Rgb8 {
    Rgb8::from_pixels(width, height, color.repeat(width * height)).unwrap()
}

fn any_picture(largest: usize) -> impl Strategy<Value = Rgb8> {
    (1..=largest, 1..=largest).prop_flat_map(|(width, height)| {
        proptest::collection::vec(any::<u8>(), 3 * width * height)
            .prop_map(move |pixels| Rgb8::from_pixels(width, height, pixels).unwrap())
    })
}

proptest! {
    #[test]
    fn resizing_to_the_same_size_is_the_identity(picture in any_picture(20)) {
        prop_assert_eq!(resize_bilinear(&picture, picture.width(), picture.height()).unwrap(), picture);
    }

    #[test]
    fn a_constant_picture_stays_constant(
        (width, height) in (1_usize..300, 1_usize..40), (to_width, to_height) in (1_usize..40, 1_usize..300), color in any::<[u8; 3]>(),
    ) {
        // The weights of a pixel add up to 2^22 but for half a unit each. For at most 2 * 300 of them that is an error of at most
        // 255 * 300 / 2^22 < 1/2 levels a pass, so a pass rounds back to the level that it began with.
        let resized = resize_bilinear(&constant(width, height, color), to_width, to_height).unwrap();
        prop_assert_eq!(resized, constant(to_width, to_height, color));
    }

    #[test]
    fn a_resized_pixel_lies_between_the_darkest_and_the_brightest(
        picture in any_picture(20), width in 1_usize..50, height in 1_usize..50,
    ) {
        // Weights are not negative and the error of their sum is below half a level, as above.
        let resized = resize_bilinear(&picture, width, height).unwrap();
        let (low, high) = (picture.pixels().iter().min(), picture.pixels().iter().max());
        prop_assert!(resized.pixels().iter().min() >= low && resized.pixels().iter().max() <= high);
    }

    #[test]
    fn preprocessing_is_the_crop_of_the_resized_picture(
        picture in any_picture(20), resize in 1_usize..40, crop in 1_usize..50,
    ) {
        let whole = center_crop(&resize_shorter_side(&picture, resize).unwrap(), crop).unwrap();
        prop_assert_eq!(preprocess(&picture, resize, crop).unwrap(), whole);
    }

    #[test]
    fn a_crop_is_a_window_of_the_picture(picture in any_picture(20), crop in 1_usize..20) {
        let (width, height) = (picture.width().max(crop), picture.height().max(crop));
        // A crop as large as the larger side only pads.
        let padded = center_crop(&picture, width.max(height)).unwrap();
        let cropped = center_crop(&picture, crop).unwrap();
        let rows = |from: &Rgb8, x: usize, y: usize| -> Vec<u8> {
            (y..y + crop).flat_map(|y| from.row(y)[3 * x..3 * (x + crop)].to_vec()).collect()
        };
        let room = padded.width() - crop;
        let found = (0..=room).any(|y| (0..=room).any(|x| rows(&padded, x, y) == cropped.pixels()));
        prop_assert!(found, "{:?}", cropped);
    }
}
