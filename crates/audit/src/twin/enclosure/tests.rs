//! The exact value is in its interval, whatever is done to the image.

use super::*;
use crate::twin::bounded::{DOUBLE, normalised};
use crate::twin::embedded::{self, noise};
use bounds::pseudo_random;
use reference::{Alignment, Map, Padding};
use resnet::{Colors, Role};

#[test]
fn an_activation_of_the_deepest_block_is_enclosed_to_twelve_digits_around_that_of_the_twin() {
    let twin = embedded::twin();
    let pixels = noise(64);
    let image = Enclosed::normalised(&pixels, 64, Colors::IMAGENET);
    let plain = normalised(&pixels, 64, (Colors::IMAGENET, DOUBLE));
    for block in ["1.1", "3.0", "4.1"] {
        let block: Block = block.parse().unwrap();
        let sites = twin.run(&plain, block, DOUBLE, &mut |_, _| ());
        for channel in [0, 9] {
            let found = twin.enclose(&image, block, channel).unwrap();
            for (role, found) in [(Role::Input, found.input), (Role::Block, found.block), (Role::Output, found.output)]
            {
                let (value, _) = sites[&twin.architecture.read_site(block, role)].center(channel);
                let size = value.abs().max(1e-3);
                let width = found.largest - found.least;
                assert!(width <= 1e-12 * size, "{block} {role:?}: {found:?}");
                // Double precision alone makes errors of this size in sums of a thousand terms, layer after layer.
                assert!((found.middle() - value).abs() <= 1e-10 * size, "{block} {role:?}: {found:?}, {value}");
            }
        }
    }
}

#[test]
fn the_bound_holds_what_a_change_of_the_image_within_it_does() {
    let twin = embedded::twin();
    let block: Block = "1.1".parse().unwrap();
    let exact = Enclosed::normalised(&noise(64), 64, Colors::IMAGENET);
    let mut wide = exact.clone();
    wide.error.iter_mut().for_each(|e| *e = 1e-9);
    let wide = twin.enclose(&wide, block, 3).unwrap().output;
    let mut moved = exact.clone();
    for (value, r) in moved.value.iter_mut().zip(pseudo_random(78, 64 * 64 * 3)) {
        *value = value.plus_one(1e-9 * f64::from(r).signum());
    }
    let moved = twin.enclose(&moved, block, 3).unwrap().output;
    assert!(wide.least < moved.least && moved.largest < wide.largest, "{wide:?} {moved:?}");
    assert!(moved.middle() != wide.middle());
}

#[test]
fn slices_add_up_to_the_values_and_their_products_are_exact() {
    let mut map = Enclosed::new((4, 5, 3));
    for (i, (value, r)) in map.value.iter_mut().zip(pseudo_random(79, 60)).enumerate() {
        *value = Double::from(f64::from(r) / 3.0).plus_one(1e-19 * i as f64);
    }
    let bits = bits(4608);
    assert_eq!(bits, 20.0);
    let (slices, power) = map.slices(bits);
    for (i, &value) in map.value.iter().enumerate() {
        let parts = slices.iter().enumerate();
        let sum = parts.fold(Double::default(), |sum, (j, slice)| {
            assert!(slice[i].fract() == 0.0 && slice[i].abs() <= bits.exp2());
            sum.plus_one(slice[i] * power * (-bits * (j + 1) as f64).exp2())
        });
        assert!(sum.minus(value).high.abs() <= power * (-bits * 5.0).exp2());
    }
}

#[test]
fn enlarging_and_shrinking_are_those_of_the_twins() {
    let size = 16;
    let image = Enclosed::normalised(&noise(size), size, Colors::IMAGENET);
    let plain: Map = normalised(&noise(size), size, (Colors::IMAGENET, DOUBLE)).value;
    let cropped = reference::crop(&plain, (4, 4), (8, 8));
    let enlarged = reference::resize_bilinear(&cropped, (size, size), Alignment::HalfPixel);
    let halved = reference::resize_bilinear(&plain, (8, 8), Alignment::HalfPixel);
    let shrunk = reference::pad_reflect(&halved, Padding::all(4));
    for (found, expected) in [(image.enlarged(), enlarged), (image.shrunk(), shrunk)] {
        assert_eq!(found.shape(), expected.shape());
        for (found, expected) in found.value.iter().zip(&expected.data) {
            assert!((found.high - expected).abs() <= 1e-14);
        }
    }
}
