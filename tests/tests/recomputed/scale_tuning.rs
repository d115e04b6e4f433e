//! `scale_tuning.csv`: every role on every role's picture and top nine photographs at nine sizes, through the f64
//! network.

use crate::ledger::{Expected, Ledger, Row, exactly, text, within};
use crate::network::{Block, Roles, Seen, sizes};
use crate::run::{Photographs, ROLES, Run, each};
use crate::statistics::mean;
use std::collections::BTreeMap;

/// What the f64 network reads on the pictures of a channel: by channel, picture and size, the three roles with their
/// bounds.
pub(crate) type OnPictures = BTreeMap<(Block, usize, &'static str, usize), [(f64, f64); 3]>;

/// Reads all pictures at all sizes.
pub(crate) fn on_pictures(run: &Run) -> OnPictures {
    let sizes = sizes(run.size);
    let mut jobs = Vec::new();
    for (block, channel) in run.studied() {
        for role in ROLES {
            jobs.extend((0..sizes.len()).map(|at| (block, channel, role, at)));
        }
    }
    let read = each(&jobs, |&(block, channel, role, at)| {
        let picture = run.picture(block, role, channel);
        let roles = run.network.roles(block, run.size, &picture, sizes[at].0);
        roles.map(|channels| channels[channel])
    });
    jobs.into_iter().zip(read).collect()
}

/// What the f64 network reads of some photographs at all sizes but their own, by block, photograph and size.
fn on_photographs(
    run: &Run,
    photographs: &Photographs,
    wanted: &[(Block, usize)],
) -> BTreeMap<(Block, usize, usize), Roles> {
    let sizes = sizes(run.size);
    let mut jobs = Vec::new();
    for (at, (how, _)) in sizes.iter().enumerate() {
        if *how != Seen::Plain {
            jobs.extend(wanted.iter().map(|&(block, image)| (block, image, at)));
        }
    }
    let read = each(&jobs, |&(block, image, at)| {
        run.network.roles(block, run.size, &photographs.pixels(image, run.size), sizes[at].0)
    });
    jobs.into_iter().zip(read).collect()
}

/// Compares the table. `sample` is of how many roles of channels the top nine photographs are read again at other
/// sizes: of rows that see others, only the keys are compared.
pub(crate) fn check(run: &Run, pictures: &OnPictures, sample: usize, ledger: &mut Ledger) {
    let sizes = sizes(run.size);
    let top = |block, channel, seen: usize| {
        let photographs = run.photographs.as_ref()?;
        let values = &photographs.roles(block, channel)[seen];
        let [top, _] = Photographs::ends(values);
        Some(top)
    };
    let studied = run.studied().flat_map(|(block, channel)| [0, 1, 2].map(|seen| (block, channel, seen)));
    let mut groups: Vec<(Block, usize, usize)> = studied.collect();
    let count = groups.len();
    let sample = sample.min(count);
    groups = (0..sample).map(|k| groups[k * count / sample]).collect();
    let mut wanted = Vec::new();
    for (block, channel, seen) in groups {
        let images = top(block, channel, seen).into_iter().flatten();
        wanted.extend(images.map(|image| (block, image)));
    }
    wanted.sort_unstable();
    wanted.dedup();
    let read = match &run.photographs {
        Some(photographs) => on_photographs(run, photographs, &wanted),
        None => BTreeMap::new(),
    };
    let mut rows = Vec::new();
    for (block, channel) in run.studied() {
        let row = |stimulus: &str, seen: usize, at: usize, roles: Option<[(f64, f64); 3]>| -> Row {
            let [input, of_block, output] = match roles {
                Some(roles) => roles.map(|v| within(Some(v))),
                None => [const { Expected::Unread }; 3],
            };
            vec![
                ("block", text(block)),
                ("channel", text(channel)),
                ("stimulus", text(stimulus)),
                ("seen", text(ROLES[seen])),
                ("scale", exactly(Some(sizes[at].1))),
                ("input_activation", input),
                ("block_activation", of_block),
                ("output_activation", output),
            ]
        };
        for (seen, role) in ROLES.into_iter().enumerate() {
            for at in 0..sizes.len() {
                rows.push(row("picture", seen, at, Some(pictures[&(block, channel, role, at)])));
            }
        }
        let Some(photographs) = &run.photographs else {
            continue;
        };
        let plain = photographs.roles(block, channel);
        for seen in 0..3 {
            let top = top(block, channel, seen).unwrap();
            for (at, (how, _)) in sizes.iter().enumerate() {
                let of = |role: usize| {
                    let each = top.iter().map(|&image| match how {
                        Seen::Plain => Some((plain[role][image].max(0.0), 0.0)),
                        _ => {
                            let (value, error) = read.get(&(block, image, at))?[role][channel];
                            Some((value.max(0.0), error))
                        }
                    });
                    let (values, errors): (Vec<f64>, Vec<f64>) = each.collect::<Option<Vec<_>>>()?.into_iter().unzip();
                    let (mean, bound) = mean(&values)?;
                    // Clipping enlarges no error, and a mean of errors is one of magnitudes.
                    Some((mean, bound + errors.iter().sum::<f64>() / errors.len() as f64))
                };
                let roles = || Some([of(0)?, of(1)?, of(2)?]);
                rows.push(row("photographs", seen, at, roles()));
            }
        }
    }
    ledger.table("scale_tuning.csv", &run.scale_tuning, &rows);
}
