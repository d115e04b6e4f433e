use super::*;
use crate::testing::{Events, load};
use std::path::Path;

fn request(folder: &Path, site: &str, channel: usize) -> Visualize {
    Visualize {
        source: load(32).source,
        site: site.parse().unwrap(),
        channel,
        objective: Objective::Neuron,
        steps: 2,
        seed: 7,
        isa: Isa::best(),
        out: folder.join("picture.png"),
    }
}

/// The mean of the channel over some part of its map, on the picture that was written.
fn on_written(request: &Visualize, extent: Extent) -> f64 {
    let decoded = images::decode(&request.out).unwrap();
    let loaded = load(32);
    let sites = [loaded.architecture().site(&request.site).unwrap()];
    let reading = Reading { size: 32, view: View::Plain, sites: &sites, extent: Extent::Whole };
    let mut reader = Reader::new(&loaded.network, reading, Isa::best()).unwrap();
    reader.read(decoded.pixels());
    let (_, shape) = reader.shapes()[0];
    let map = reader.whole(sites[0]);
    let at = |y: usize, x: usize| f64::from(map[[y, x, request.channel]]);
    match extent {
        Extent::Center => at(shape.height / 2, shape.width / 2),
        Extent::Whole => {
            let rows = 0..shape.height;
            let all = rows.flat_map(|y| (0..shape.width).map(move |x| (y, x)));
            let all: Vec<f64> = all.map(|(y, x)| at(y, x)).collect();
            all.iter().sum::<f64>() / all.len() as f64
        }
    }
}

#[test]
fn a_neuron_that_is_not_positive_is_made_again_from_the_next_seed() {
    let folder = tempfile::tempdir().unwrap();
    let first = request(folder.path(), "layer2.1.pre", 3);
    let events = Events::default();
    let made = visualize(&first, &events).unwrap();
    assert_eq!(made.seed, 8);
    assert!(made.on_picture > 0.0);
    assert_eq!(made.on_picture, on_written(&first, Extent::Center));
    let phase = || Event::Phase { name: "steps".into(), total: 2, done: 0 };
    let retried = Event::Retried(Unit {
        site: first.site.as_str().parse().unwrap(),
        objective: Objective::Neuron,
        channel: 3,
        seed: 8,
    });
    let steps = || [phase(), Event::Advanced, Event::Advanced, Event::PhaseEnded];
    assert_eq!(events.all(), [&steps()[..], &[retried], &steps()].concat());
    let written = std::fs::read(&first.out).unwrap();
    let direct = Visualize { seed: 8, ..first };
    assert_eq!(visualize(&direct, &crate::Silent).unwrap(), made);
    assert_eq!(std::fs::read(&direct.out).unwrap(), written);
}

#[test]
fn after_five_attempts_the_last_picture_is_written_whatever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let request = Visualize { steps: 1, seed: u64::MAX, ..request(folder.path(), "layer4.1.bn2", 3) };
    let events = Events::default();
    let made = visualize(&request, &events).unwrap();
    assert!(made.on_picture <= 0.0);
    assert_eq!(made.on_picture, on_written(&request, Extent::Center));
    let seeds: Vec<u64> = events
        .all()
        .into_iter()
        .filter_map(|event| match event {
            Event::Retried(unit) => Some(unit.seed),
            _ => None,
        })
        .collect();
    // Behind the largest seed comes 0.
    assert_eq!((seeds, made.seed), (vec![0, 1, 2, 3], 3));
    assert_eq!(events.notices(), ["layer4.1.bn2:3: none of 5 attempts made the neuron positive"]);
}

#[test]
fn the_mean_of_a_channel_is_of_its_whole_map_and_may_be_negative() {
    let folder = tempfile::tempdir().unwrap();
    let request = Visualize { objective: Objective::Channel, ..request(folder.path(), "layer4.1.bn2", 3) };
    let events = Events::default();
    let made = visualize(&request, &events).unwrap();
    assert_eq!(made.seed, 7);
    assert!(made.on_picture < 0.0);
    let expected = on_written(&request, Extent::Whole);
    // One position, whose mean is itself: layer 4 has one at this size.
    assert_eq!(made.on_picture, expected);
    assert!(events.notices().is_empty());
    let wider = Visualize { site: "layer1.0.bn2".parse().unwrap(), channel: 7, ..request };
    let made = visualize(&wider, &events).unwrap();
    let expected = on_written(&wider, Extent::Whole);
    // 64 numbers added in any order differ by less than 64 roundings of the largest sum, and none is larger than 100.
    let bound = 64.0 * f64::EPSILON * 100.0;
    assert!((made.on_picture - expected).abs() <= bound);
    assert_ne!(made.on_picture, on_written(&wider, Extent::Center));
}

#[test]
fn a_channel_behind_the_last_is_refused_and_the_last_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let last = Visualize { steps: 1, ..request(folder.path(), "maxpool", 15) };
    visualize(&last, &crate::Silent).unwrap();
    let beyond = Visualize { channel: 16, ..last };
    let said = visualize(&beyond, &crate::Silent).unwrap_err().to_string();
    assert_eq!(said, "--channel 16: expected channels from 0 to 15 at site maxpool");
}
