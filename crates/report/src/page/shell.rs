//! `index.html`: a frame that the scripts fill. It says what it needs where they cannot run.

use maud::{DOCTYPE, PreEscaped, html};

/// The page of a run of this name; `base` leads from the page's folder to the run's, and the data that are read first are
/// named from there.
pub(super) fn page(name: &str, base: &str, first: &[String]) -> String {
    let script = |path: &str| html! { script src={ (base) (path) } {} };
    let styled = html! { link rel="stylesheet" href={ (base) "page/style.css" }; };
    let scripts = html! {
        (script("page/core.js"))
        @if !base.is_empty() { (PreEscaped(format!("<script>streamscope.base = \"{base}\";</script>"))) }
        (script("page/vendor.js"))
        @for path in first { (script(path)) }
    };
    framed(name, &styled.into_string(), &(scripts.into_string() + &script("page/explorer.js").into_string()))
}

/// The frame, with what stands in its head for style and at its end for scripts.
pub(super) fn framed(name: &str, style: &str, scripts: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // A shortcut icon is asked for where none is named.
                link rel="icon" href="data:,";
                title { "Streamscope: the residual stream of " (name) }
                (PreEscaped(style))
            }
            body {
                a.to-content href="#content" { "Skip to the content" }
                header #top {}
                main #content tabindex="-1" {
                    h1 { "The residual stream of " (name) }
                    noscript {
                        p {
                            "This page is drawn by its scripts, which do not run here. What it shows is in the tables, pictures and figures beside it: "
                            a href="tables/README.md" { "what the tables hold" } "."
                        }
                    }
                }
                footer #bottom {}
                div #definition popover="auto" {}
                dialog #keys {}
                (PreEscaped(scripts))
            }
        }
    };
    page.into_string()
}
