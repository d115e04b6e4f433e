//! What `claims.csv` says of seeds, variants and steps, from the tables of those by code of its own.

use crate::ledger::Ledger;
use crate::run::Run;
use std::collections::BTreeSet;

/// Compares what is said of them: each value, and that nothing else is said.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    let table = run.table("claims.csv");
    let is_ours = |id: &str| ["any-seeds-", "any-variant-", "any-steps-"].iter().any(|kind| id.starts_with(kind));
    let found: Vec<[String; 3]> = (0..table.rows.len())
        .filter(|&row| is_ours(table.text(row, "id")))
        .map(|row| ["id", "ours", "verdict"].map(|column| table.text(row, column).to_owned()))
        .collect();
    let mut expected = Vec::new();
    seeds(run, &mut expected);
    variants(run, &mut expected);
    steps(run, &mut expected);
    ledger.same("claims.csv: seeds, variants and steps", &found, &expected);
}

const NOT_CHECKED: &str = "not checked";

fn percent(count: usize, of: usize) -> String {
    if of == 0 { "not defined".to_owned() } else { format!("{:.1}", 100.0 * count as f64 / of as f64) }
}

fn seeds(run: &Run, expected: &mut Vec<[String; 3]>) {
    if crate::worth::seeds(run).len() < 2 {
        return;
    }
    let table = run.table("seeds.csv");
    let (mut channels, mut same, mut once, mut always) = (0, 0, 0, 0);
    for of in run.studied() {
        let rows = crate::worth::sound_rows(&table, of);
        let categories: BTreeSet<&str> = rows.iter().map(|&row| table.text(row, "category")).collect();
        let invariant = rows.iter().filter(|&&row| table.text(row, "scale_invariant") == "true").count();
        channels += usize::from(!rows.is_empty());
        same += usize::from(categories.len() == 1);
        once += usize::from(invariant > 0);
        always += usize::from(invariant > 0 && invariant == rows.len());
    }
    let said =
        format!("{same} of {channels} channels ({} %) are in one category at all seeds", percent(same, channels));
    expected.push(["any-seeds-category".to_owned(), said, NOT_CHECKED.to_owned()]);
    let said = format!("{always} of {once} that are so at one seed at least ({} %)", percent(always, once));
    expected.push(["any-seeds-scale-invariant".to_owned(), said, NOT_CHECKED.to_owned()]);
}

fn variants(run: &Run, expected: &mut Vec<[String; 3]>) {
    for variant in crate::conditions::variants(run) {
        let table = run.table("churn.csv");
        let rows = table.rows_where("variant", variant);
        let number = |row: usize, column: &str| table.number(row, column).unwrap_or(f64::NAN);
        let sum = |column: &str| rows.iter().map(|&row| number(row, column)).sum::<f64>();
        let channels = sum("channels");
        let words = |value: f64| if value.is_nan() { "not defined".to_owned() } else { format!("{value:.1}") };
        let [category, invariance] = ["category", "scale_invariance"].map(|what| {
            let (changed, by_seeds) = (format!("{what}_changed"), format!("seeds_percent_{what}_changed"));
            let weighted = |&row: &usize| number(row, &by_seeds) * number(row, "channels");
            [100.0 * sum(&changed) / channels, rows.iter().map(weighted).sum::<f64>() / channels]
        });
        let said = format!(
            "category changed of {} % of channels, scale invariance of {} %; by another seed of {} % and {} %",
            words(category[0]),
            words(invariance[0]),
            words(category[1]),
            words(invariance[1])
        );
        let unknown = [category, invariance].iter().flatten().any(|value| value.is_nan());
        let more = [category, invariance].iter().any(|[variant, seeds]| variant > seeds);
        let verdict = if unknown {
            NOT_CHECKED
        } else if more {
            "does not hold"
        } else {
            "holds"
        };
        expected.push([format!("any-variant-{variant}"), said, verdict.to_owned()]);
    }
}

fn steps(run: &Run, expected: &mut Vec<[String; 3]>) {
    let all = crate::conditions::checkpoints(run);
    let Some((last, fewer)) = all.split_last() else { return };
    let table = run.table("convergence.csv");
    for steps in fewer {
        let rows = table.rows_where("steps", &steps.to_string());
        let sum = |column| rows.iter().map(|&row| table.text(row, column).parse::<usize>().unwrap()).sum::<usize>();
        let (compared, categories, invariances) =
            (sum("compared"), sum("category_changed"), sum("scale_invariance_changed"));
        let said = format!(
            "{categories} of {compared} channels are in another category than after {last} steps ({} %), {invariances} scale-invariant in one of the two alone",
            percent(categories, compared)
        );
        expected.push([format!("any-steps-{steps}"), said, NOT_CHECKED.to_owned()]);
    }
}
