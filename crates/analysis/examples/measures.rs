//! The measures of one channel: `cargo run -p analysis --example measures`.
//!
//! The numbers are those of channel 5 of block 2.1 of the embedded network, as `tables/channels.csv` and
//! `tables/scale_tuning.csv` of `cargo xtask reproduce --blocks 2.1 --channels 5 --preset quick` have them; the example
//! `picture` of `featviz` makes the Output's picture that they were measured on.
#![allow(clippy::print_stdout, reason = "it is a program")]

use analysis::{ChannelMeasures, FailedVisualization, NineActivations};

fn main() -> Result<(), FailedVisualization> {
    let nine = NineActivations {
        o_o: 41.895_286_560_058_594,
        i_o: 26.108_264_923_095_703,
        b_o: 15.787_023_544_311_523,
        o_i: 46.837_734_222_412_11,
        i_i: 40.430_717_468_261_72,
        b_i: 6.407_015_800_476_074,
        o_b: 27.409_210_205_078_125,
        i_b: 7.265_881_538_391_113,
        b_b: 20.143_327_713_012_695,
    };
    let block_on_enlarged_input = 3.330_105_304_718_017_6;
    let input_on_shrunk_block = 1.297_676_563_262_939_5;
    let measures = ChannelMeasures::new(&nine, block_on_enlarged_input, input_on_shrunk_block)?;
    println!("O(I) / O(B) = {:.3} / {:.3} = {:.3}: {}", nine.o_i, nine.o_b, measures.mix_ratio, measures.category);
    println!("dB = {:.3}, dI = {:.3}", measures.scale.block_delta, measures.scale.input_delta);
    println!("scale metric {:.3}", measures.scale.scale_metric());
    println!("scale-invariant: {}", if measures.scale_invariant() { "yes" } else { "no" });
    Ok(())
}
