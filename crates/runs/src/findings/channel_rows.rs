//! The rows of `tables/channels.csv`.

use crate::photographs::OfPhotographs;
use crate::pictures::Channel;
use crate::source::Loaded;
use analysis::{ChannelMeasures, NineActivations, statistics};
use report::ChannelRow;
use resnet::{BatchNormState, Block};

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// A channel's row: what was measured on its pictures, of its weights, and on photographs where there were any.
pub(super) fn channel_row(loaded: &Loaded, channel: &Channel, photographs: Option<&OfPhotographs>) -> ChannelRow {
    let nine = &channel.measured.activations;
    let of = (channel.block, channel.channel);
    let photos = photographs.and_then(|p| p.measured.get(&of));
    let photo = |value: fn(&NineActivations) -> f64| photos.map(|p| value(&p.activations));
    let photo_scale = photos.and_then(|p| p.scale);
    let over_all = photographs.and_then(|p| p.channels.get(&of));
    let contributions = over_all.map(|channel| channel.contributions);
    let measures = channel.measures().ok();
    let scale = measures.as_ref().map(|m| m.scale);
    ChannelRow {
        block: channel.block.to_string(),
        channel: channel.channel,
        o_o: nine.o_o,
        i_o: nine.i_o,
        b_o: nine.b_o,
        o_i: nine.o_i,
        i_i: nine.i_i,
        b_i: nine.b_i,
        o_b: nine.o_b,
        i_b: nine.i_b,
        b_b: nine.b_b,
        mix_ratio: measures.as_ref().map(|m| m.mix_ratio),
        category: measures.as_ref().map(|m| m.category.to_string()),
        block_delta: scale.and_then(|s| finite(s.block_delta)),
        input_delta: scale.and_then(|s| finite(s.input_delta)),
        scale_metric: scale.and_then(|s| finite(s.scale_metric())),
        scale_invariant: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant),
        scale_invariant_no_mix: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant_no_mix),
        scale_invariant_by_block: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant_by_block),
        bn2_weight_abs: bn2_weight_abs(loaded, channel.block, channel.channel),
        conv2_weight_mean_abs: conv2_weight_mean_abs(loaded, channel.block, channel.channel),
        tuning_curve_rho: over_all.and_then(|channel| channel.tuning),
        photo_o_o: photo(|n| n.o_o),
        photo_i_o: photo(|n| n.i_o),
        photo_b_o: photo(|n| n.b_o),
        photo_o_i: photo(|n| n.o_i),
        photo_i_i: photo(|n| n.i_i),
        photo_b_i: photo(|n| n.b_i),
        photo_o_b: photo(|n| n.o_b),
        photo_i_b: photo(|n| n.i_b),
        photo_b_b: photo(|n| n.b_b),
        photo_mix_ratio: photos.and_then(|p| p.mix_ratio),
        photo_block_delta: photo_scale.and_then(|s| finite(s.block_delta)),
        photo_input_delta: photo_scale.and_then(|s| finite(s.input_delta)),
        photo_scale_metric: photo_scale.and_then(|s| finite(s.scale_metric())),
        photo_scale_invariant: photos.and_then(|p| Some(p.scale?.scale_invariant(p.mix_ratio?))),
        photo_input_share: contributions.and_then(|c| c.input_share),
        photo_block_share: contributions.and_then(|c| c.block_share),
        photo_inhibited_percent: contributions.and_then(|c| c.inhibited_percent),
        photo_silenced_percent: contributions.and_then(|c| c.silenced_percent),
        retries: channel.retries,
        ..ChannelRow::default()
    }
}

/// |w\[c\]| of the block's last batch norm, which is `bn2` of a basic block; not to be had where batch norm is folded.
#[must_use]
pub fn bn2_weight_abs(loaded: &Loaded, block: Block, channel: usize) -> Option<f64> {
    if loaded.network.architecture().batch_norm() == BatchNormState::Folded {
        return None;
    }
    let weights = loaded.tensors.get(&format!("{}.weight", loaded.architecture().layout(block)?.last().norm))?;
    weights.values().get(channel).map(|&w| f64::from(w).abs())
}

/// The mean of |w\[c\]| of the block's last convolution, which is `conv2` of a basic block.
#[must_use]
pub fn conv2_weight_mean_abs(loaded: &Loaded, block: Block, channel: usize) -> Option<f64> {
    let weights = loaded.tensors.get(&loaded.architecture().layout(block)?.last().weight())?;
    let each: usize = weights.shape().iter().skip(1).product();
    let of_channel = weights.values().chunks_exact(each.max(1)).nth(channel)?;
    let magnitudes: Vec<f64> = of_channel.iter().map(|&w| f64::from(w).abs()).collect();
    statistics::mean(&magnitudes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn weights_are_counted_by_their_magnitude() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = crate::Source::new(&root, None, None).load().unwrap();
        let block: Block = "1.1".parse().unwrap();
        let norm = loaded.tensors.get("layer1.1.bn2.weight").unwrap();
        let convolution = loaded.tensors.get("layer1.1.conv2.weight").unwrap();
        let each: usize = convolution.shape()[1..].iter().product();
        for channel in 0..convolution.shape()[0] {
            let gamma = f64::from(norm.values()[channel].abs());
            assert_eq!(bn2_weight_abs(&loaded, block, channel), Some(gamma));
            let weights = &convolution.values()[channel * each..][..each];
            let sum: f64 = weights.iter().map(|w| f64::from(w.abs())).sum();
            let found = conv2_weight_mean_abs(&loaded, block, channel).unwrap();
            // Both sums round once for each weight, none to more than twice the sum of the magnitudes.
            let bound = 4.0 * each as f64 * f64::EPSILON * sum;
            assert!((found * each as f64 - sum).abs() <= bound, "{channel}");
        }
    }
}
