//! `extremes.csv`: from the activations' own files.

use crate::ledger::{Ledger, Row, exactly, text};
use crate::run::{Photographs, ROLES, Run};

/// Compares the table; without photographs there must be none.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    let Some(photographs) = &run.photographs else {
        let exists = run.folder.join("tables/extremes.csv").exists();
        ledger.same("extremes.csv: exists", &exists, &false);
        return;
    };
    let mut rows: Vec<Row> = Vec::new();
    for (block, channel) in run.studied() {
        for (role, values) in ROLES.iter().zip(photographs.roles(block, channel)) {
            for (end, images) in ["top", "bottom"].iter().zip(Photographs::ends(&values)) {
                for (rank, image) in (1_usize..).zip(images) {
                    rows.push(vec![
                        ("block", text(block)),
                        ("channel", text(channel)),
                        ("role", text(role)),
                        ("end", text(end)),
                        ("rank", text(rank)),
                        ("image", text(&photographs.names[image])),
                        ("activation", exactly(Some(values[image]))),
                    ]);
                }
            }
        }
    }
    ledger.table("extremes.csv", &run.table("extremes.csv"), &rows);
}
