//! Serving a folder to this machine alone.

use crate::say;
use anyhow::anyhow;
use std::fs::File;
use std::path::{Component, Path, PathBuf};
use tiny_http::{Header, Request, Response, Server};

/// Serves the files of a folder on a free port of loopback, and opens one of them in a browser; ends with the process.
pub(crate) fn run(folder: &Path, page: &Path) -> anyhow::Result<()> {
    let server = Server::http("127.0.0.1:0").map_err(|e| anyhow!("cannot serve on 127.0.0.1: {e}"))?;
    let port = server.server_addr().to_ip().map_or(0, |address| address.port());
    let page = page.to_string_lossy().replace('\\', "/");
    let address = format!("http://127.0.0.1:{port}/{page}");
    say(&format!("{address} until Ctrl-C"));
    if let Err(error) = open::that_detached(&address) {
        say(&format!("no browser could be opened ({error}): open the address yourself"));
    }
    for request in server.incoming_requests() {
        answer(request, folder, port);
    }
    Ok(())
}

fn answer(request: Request, folder: &Path, port: u16) {
    // A page of somebody else's whose name leads here has another host.
    let host = request.headers().iter().find(|header| header.field.equiv("Host"));
    let ours = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let is_ours = host.is_some_and(|host| ours.iter().any(|name| name == host.value.as_str()));
    let file = below(folder, request.url()).filter(|_| is_ours).and_then(|path| Some((File::open(&path).ok()?, path)));
    // Whoever asked may be gone.
    let _ = match file {
        Some((file, path)) => {
            let header = Header::from_bytes("Content-Type", kind(&path));
            let response = Response::from_file(file);
            request.respond(match header {
                Ok(header) => response.with_header(header),
                Err(()) => response,
            })
        }
        None => request.respond(Response::from_string("not found").with_status_code(404)),
    };
}

/// The file that an address means, below the folder and nowhere else.
fn below(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    let path = PathBuf::from(decoded(path)?);
    let is_below = path.components().all(|part| matches!(part, Component::Normal(_)));
    let file = folder.join(if path.as_os_str().is_empty() { Path::new("index.html") } else { &path });
    (is_below && file.is_file()).then_some(file)
}

/// The bytes that stand behind percent signs.
fn decoded(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).ok()
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|kind| kind.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("csv") => "text/csv; charset=utf-8",
        Some("md" | "txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_means_a_file_below_the_folder_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("run");
        std::fs::create_dir_all(inside.join("a b")).unwrap();
        for name in ["index.html", "a b/c.js", "a b/<d>.js"] {
            std::fs::write(inside.join(name), "x").unwrap();
        }
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        let found = |url: &str| below(&inside, url);
        assert_eq!(found("/"), Some(inside.join("index.html")));
        assert_eq!(found("/index.html?x=1"), Some(inside.join("index.html")));
        assert_eq!(found("/a%20b/c.js"), Some(inside.join("a b/c.js")));
        assert_eq!(found("/a%20b/%3Cd%3E.js"), Some(inside.join("a b/<d>.js")));
        for url in [
            "/../secret",
            "/%2e%2e/secret",
            "/a%20b",
            "/none",
            "/%zz",
            "/%2",
            "//etc/passwd",
            "/a%20b/..%2f..%2f..%2fsecret",
        ] {
            assert_eq!(found(url), None, "{url}");
        }
    }
}
