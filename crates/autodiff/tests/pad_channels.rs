//! The shortcut without parameters: every so many rows and columns, and channels of zeros before and behind.

use autodiff::ops::{Input, PadChannels};
use autodiff::{Graph, Isa, Shape, Wanted};
use proptest::prelude::*;
use reference::Map;
use testkit::{assert_same_bits, pseudo_random};

#[expect(clippy::cast_possible_truncation, reason = "they were single precision")]
fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    /// Values are copied, so that a twin in double precision has the same, and the gradient of each is one value.
    #[test]
    fn channel_padding_is_its_twin_forward_and_backward(
        (height, width, channels) in (1_usize..12, 1_usize..12, 1_usize..20),
        (stride, before, after) in (1_usize..4, 0_usize..9, 0_usize..9), seed: u64,
    ) {
        let shape = Shape::new(height, width, channels);
        let all = before + channels + after;
        let mut x = pseudo_random(seed, shape.len());
        for (at, odd) in [f32::NAN, f32::INFINITY, f32::MIN_POSITIVE / 4.0, -0.0].into_iter().enumerate() {
            if let Some(value) = x.get_mut(at * 5) {
                *value = odd;
            }
        }
        let mut graph = Graph::new();
        let input = graph.add(Input { shape }, &[]).unwrap();
        let node = graph.add(PadChannels::new(stride, before, all), &[input]).unwrap();
        let output = graph.shape(node);
        let dy = pseudo_random(seed ^ 1, output.len());
        let given = [(input, &x[..])];
        let mut found = graph.evaluate(Wanted::whole(&graph, node), &given).gradients(Isa::best(), &dy).unwrap();
        let twin = reference::pad_channels(&Map::from_f32((height, width, channels), &x), stride, before, all);
        let output = (output.height, output.width, output.channels);
        prop_assert_eq!(output, twin.shape());
        assert_same_bits(&found.value, &single(&twin.data), "forward");
        let dy = Map::from_f32(output, &dy);
        let adjoint = reference::pad_channels_adjoint(&dy, stride, before, (height, width, channels));
        assert_same_bits(&found.by_inputs.remove(0), &single(&adjoint.data), "backward");
    }
}
