//! Which channels are shown, and for what.

use super::*;
use crate::Measured;
use analysis::NineActivations;

/// A channel with dB = `deltas.0`, dI = `deltas.1` and M = `ratio` where B(B) = I(I) = 1; they are `denominators`.
fn channel(channel: usize, ratio: f64, deltas: (f64, f64), (b_b, i_i): (f64, f64)) -> Channel {
    let activations =
        NineActivations { o_o: 1.0, i_o: 1.0, b_o: 1.0, o_i: ratio, i_i, b_i: 2.0, o_b: 1.0, i_b: 2.0, b_b };
    Channel {
        block: "3.1".parse().unwrap(),
        channel,
        measured: Measured {
            activations,
            block_on_enlarged_input: 2.0 + deltas.0,
            input_on_shrunk_block: 2.0 + deltas.1,
        },
        beside: crate::Beside::default(),
        retries: 0,
    }
}

/// A channel of a block with a mix ratio; its dB and dI are zero.
fn with_ratio(block: &str, at: usize, ratio: f64) -> Channel {
    Channel { block: block.parse().unwrap(), ..channel(at, ratio, (0.0, 0.0), (1.0, 1.0)) }
}

/// A channel whose Output answers to the Input's picture alone, or to none where that is negative too.
fn without_block(block: &str, at: usize, from_input: f64) -> Channel {
    let mut channel = with_ratio(block, at, from_input);
    channel.measured.activations.o_b = -1.0;
    channel
}

/// What figure 1 shows: channel, what for, whether its mix ratio is a sentinel.
fn figure_1(papers_network: bool, channels: &[Channel], all: bool) -> Vec<(usize, String, bool)> {
    let mut studies: Vec<Study> = Vec::new();
    for c in channels {
        if studies.iter().all(|s| s.block != c.block) {
            studies.push(Study { block: c.block, channels: Vec::new() });
        }
    }
    let found = choose(papers_network, &studies, channels, |_| all);
    let rows = found.iter().map(Exemplar::row).filter(|row| row.figure == 1);
    rows.map(|row| {
        assert_eq!(row.in_paper, row.example_of.contains(" in the paper"));
        (row.channel, row.example_of, row.sentinel)
    })
    .collect()
}

fn named(channels: &[(usize, &str, bool)]) -> Vec<(usize, String, bool)> {
    let owned = channels.iter().map(|&(c, what, s)| (c, what.to_owned(), s));
    owned.collect()
}

#[test]
fn any_ratio_is_clearer_than_a_sentinel_one_beyond_ten_too() {
    let channels = [
        without_block("3.1", 0, 5.0),
        with_ratio("3.1", 1, 12.0),
        with_ratio("3.1", 2, 17.5),
        with_ratio("3.1", 3, 7.0),
        with_ratio("3.1", 4, -1.0),
        with_ratio("3.1", 5, 0.25),
        with_ratio("3.1", 6, 0.125),
        with_ratio("3.1", 7, 0.75),
        with_ratio("3.1", 8, 1.125),
        // As clear as those before them.
        with_ratio("3.1", 9, 0.125),
        with_ratio("3.1", 10, 1.125),
        with_ratio("3.1", 11, 17.5),
    ];
    assert_eq!(
        figure_1(false, &channels, true),
        named(&[(6, "overwrite", false), (8, "mix", false), (2, "skip", false)])
    );
    // A ratio of ten is no sentinel, and a sentinel is shown where there is nothing else.
    let ten = [without_block("3.1", 0, 5.0), with_ratio("3.1", 1, 10.0)];
    assert_eq!(figure_1(false, &ten, true), named(&[(1, "skip", false)]));
    let sentinels = [channels[0].clone(), channels[4].clone()];
    assert_eq!(figure_1(false, &sentinels, true), named(&[(4, "overwrite", true), (0, "skip", true)]));
}

#[test]
fn of_channels_that_the_user_named_the_first_six_sound_ones_are_shown() {
    let ratios = [2.0, 0.5, 1.0, 4.0, 0.25, 1.125, 3.0];
    let mut channels: Vec<Channel> = (0..7).map(|c| with_ratio("2.0", c, ratios[c])).collect();
    // One that no picture excites has no mix ratio.
    channels[1] = without_block("2.0", 1, -1.0);
    assert_eq!(
        figure_1(false, &channels, false),
        named(&[
            (0, "skip", false),
            (2, "mix", false),
            (3, "skip", false),
            (4, "overwrite", false),
            (5, "mix", false),
            (6, "skip", false),
        ])
    );
}

#[test]
fn on_the_papers_network_alone_its_six_channels_come_first_and_none_is_shown_twice() {
    let of = |block, ratios: &[(usize, f64)]| -> Vec<Channel> {
        let channels = ratios.iter().map(|&(c, m)| with_ratio(block, c, m));
        channels.collect()
    };
    let (first, mut third) = (
        of("1.1", &[(0, 0.125), (19, 1.0), (25, 1.25), (38, 0.5), (40, 4.0)]),
        of("3.1", &[(0, 0.125), (25, 1.125), (178, 1.0), (215, 0.75)]),
    );
    third[3].measured = channel(215, 0.75, (0.5, 0.5), (1.0, 1.0)).measured;
    // METHOD.md, section 4, figure 1.
    let mut expected = named(&[
        (38, "overwrite in the paper and here", false),
        (19, "mix in the paper and here", false),
        (25, "skip in the paper, mix here", false),
        (0, "overwrite", false),
        (40, "skip", false),
        (178, "scale-invariant in the paper, not here", false),
        (215, "scale-invariant in the paper and here", false),
        (25, "scale-invariant in the paper, not here", false),
        (0, "overwrite", false),
    ]);
    let both = [first.as_slice(), third.as_slice()].concat();
    assert_eq!(figure_1(true, &both, true), expected);
    // The names of a block are not those of another.
    let second = of("2.1", &[(38, 0.5), (178, 1.0)]);
    expected = named(&[(38, "overwrite", false), (178, "mix", false)]);
    assert_eq!(figure_1(true, &second, true), expected);
    expected = named(&[(0, "overwrite", false), (19, "mix", false), (40, "skip", false)]);
    assert_eq!(figure_1(false, &first, true), expected);
}

fn shown(channels: &[Channel]) -> Vec<(usize, Criteria)> {
    let found = largest_scale_metrics(channels.iter());
    let of = |e: &Exemplar| match e.example_of {
        Example::Scale(criteria) => (e.channel, criteria),
        other => panic!("{other:?}"),
    };
    found.iter().map(of).collect()
}

#[test]
fn channels_that_meet_all_criteria_come_before_larger_scale_metrics() {
    let sound = (1.0, 1.0);
    let channels = [
        channel(0, 1.0, (1.75, -0.25), sound),
        channel(1, 3.0, (0.5, 0.5), sound),
        channel(2, 1.0, (0.125, 0.125), sound),
        channel(3, 1.0, (0.25, 0.125), sound),
        channel(4, 3.0, (0.75, 0.5), sound),
    ];
    use Criteria::{All, NotMet, WithoutMix};
    assert_eq!(shown(&channels), [(3, All), (2, All), (4, WithoutMix)]);
    let [a, b, c, ..] = channels;
    assert_eq!(shown(&[a, b, c]), [(2, All), (1, WithoutMix), (0, NotMet)]);
}

#[test]
fn a_denominator_that_is_not_positive_leaves_a_channel_out_of_the_ranking() {
    let channels = [
        // A loss divided by -1 and by -1: two gains for the formula, and the mix ratio of a mix.
        channel(0, 1.0, (-1.0, -1.0), (-1.0, -1.0)),
        channel(1, 1.0, (0.5, 0.5), (1.0, 0.0)),
        channel(2, 1.0, (-0.5, -0.5), (1.0, 1.0)),
    ];
    assert!(channels[0].measures().unwrap().scale_invariant());
    assert_eq!(shown(&channels), [(2, Criteria::NotMet)]);
}
