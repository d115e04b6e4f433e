//! `activations/*.npy` and `images.txt`: the f64 network on the photographs.

use crate::ledger::Ledger;
use crate::network::Seen;
use crate::run::{Run, each};
use std::collections::BTreeSet;
use std::fs;

/// Compares every column of every site, for `sample` photographs spread over all of them, and which files there are.
pub(crate) fn check(run: &Run, sample: usize, ledger: &mut Ledger) {
    let Some(photographs) = &run.photographs else {
        ledger.same("activations: files", &run.folder.join("activations").exists(), &false);
        return;
    };
    let expected: BTreeSet<String> = run.blocks.iter().flat_map(|(block, _)| block.read_sites()).collect();
    let found: BTreeSet<String> = photographs.sites.keys().cloned().collect();
    ledger.same("activations: sites", &found, &expected);
    let count = photographs.names.len();
    let text = fs::read_to_string(run.folder.join("activations/images.txt")).unwrap();
    let lines: String = photographs.names.iter().map(|name| format!("{name}\n")).collect();
    ledger.same("activations: images.txt", &text, &lines);
    let sample = sample.min(count);
    let images: Vec<usize> = (0..sample).map(|k| k * count / sample).collect();
    for (block, _) in &run.blocks {
        let sites = block.read_sites();
        let read = each(&images, |&image| {
            run.network.roles(*block, run.size, &photographs.pixels(image, run.size), Seen::Plain)
        });
        for (site, role) in sites.iter().zip(0..) {
            let (channels, values) = &photographs.sites[site];
            ledger.same("activations: channels", &values.len(), &(count * channels));
            for (&image, roles) in images.iter().zip(&read) {
                let roles: &Vec<(f64, f64)> = &roles[role];
                ledger.same("activations: channels", channels, &roles.len());
                for (channel, &expected) in roles.iter().enumerate() {
                    let found = f64::from(values[image * channels + channel]);
                    let place = format!("photograph {image}, channel {channel}");
                    ledger.number(&format!("{site}.npy"), "all channels", &place, found, expected);
                }
            }
        }
    }
}
