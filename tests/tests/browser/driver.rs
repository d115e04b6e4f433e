//! A headless Chromium, spoken to by the WebDriver protocol.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// One browser at a time: each takes much of the machine.
static ONE: Mutex<()> = Mutex::new(());

/// The names that Chromium has on different systems.
const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

pub(crate) struct Browser {
    driver: Child,
    session: String,
    _profile: TempDir,
    _one: MutexGuard<'static, ()>,
}

/// An element of a page, as WebDriver calls it.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// A browser with a fresh profile; none where there is no Chromium or no driver for it, which is said.
    pub(crate) fn start() -> Option<Browser> {
        let there = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
        let (Some(chromium), true) = (CHROMIUM.iter().find(|name| there(name)), there(&"chromedriver")) else {
            println!("skipped: there is no chromium, or no chromedriver");
            return None;
        };
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut command = Command::new("chromedriver");
        let mut driver = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map(Result::unwrap).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let profile = tempfile::tempdir().unwrap();
        let at = format!("http://127.0.0.1:{}/session", port.unwrap());
        let user_data = format!("--user-data-dir={}", profile.path().display());
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1400,950",
            &user_data,
        ];
        let options = json!({ "args": flags, "binary": which(chromium) });
        let wanted = json!({
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let answer = ask("POST", &at, Some(&json!({ "capabilities": { "alwaysMatch": wanted } })));
        let session = format!("{at}/{}", answer["sessionId"].as_str().unwrap());
        let browser = Browser { driver, session, _profile: profile, _one: one };
        // A browser begins with a page of its own, which is none of ours.
        browser.post("/url", &json!({ "url": "about:blank" }));
        std::thread::sleep(Duration::from_millis(300));
        browser.requests();
        Some(browser)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        ask("POST", &format!("{}{path}", self.session), Some(body))
    }

    /// Opens a file at an address within it, afresh, and waits until its view is drawn.
    pub(crate) fn open(&self, file: &Path, hash: &str) {
        self.post("/url", &json!({ "url": "about:blank" }));
        let url = format!("file://{}{hash}", file.display());
        self.post("/url", &json!({ "url": url }));
        self.until("document.documentElement.dataset.shown");
    }

    /// Goes to an address within the page that is open.
    pub(crate) fn go(&self, hash: &str) {
        let before = self.run("return document.documentElement.dataset.shown");
        self.run(&format!("location.hash = {}", json!(hash)));
        self.until(&format!("document.documentElement.dataset.shown !== {before}"));
        self.settle();
    }

    /// What a script returns.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// What an expression's promise comes to.
    pub(crate) fn wait_for(&self, expression: &str) -> Value {
        let script =
            format!("const done = arguments[0]; Promise.resolve({expression}).then(done, (e) => done(String(e)))");
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub(crate) fn until(&self, expression: &str) {
        let started = Instant::now();
        while !self.run(&format!("return Boolean({expression})")).as_bool().unwrap() {
            let said = self.run("return document.body.innerText.slice(0, 2000)");
            assert!(started.elapsed() < Duration::from_secs(30), "never: {expression}; the page says {said}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for two frames, in which what was asked for is drawn.
    pub(crate) fn settle(&self) {
        self.wait_for("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => r(1))))");
    }

    /// The texts of all elements that a selector finds.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let script = format!(
            "return [...document.querySelectorAll({})].map((e) => (e.innerText ?? e.textContent).trim())",
            json!(selector)
        );
        serde_json::from_value(self.run(&script)).unwrap()
    }

    fn element(&self, selector: &str) -> String {
        let found = self.post("/element", &json!({ "using": "css selector", "value": selector }));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("{selector}: {found}")).to_owned()
    }

    pub(crate) fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.post(&format!("/element/{element}/click"), &json!({}));
        self.settle();
    }

    /// Types into an element.
    pub(crate) fn write(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.post(&format!("/element/{element}/value"), &json!({ "text": text }));
        self.settle();
    }

    /// Presses a key where the focus is: a letter, or what WebDriver has for others.
    pub(crate) fn press(&self, key: &str) {
        let actions = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": actions }] }));
        self.settle();
    }

    /// Drags from one part of an element to another; parts are of its width and height.
    pub(crate) fn drag(&self, selector: &str, from: [f64; 2], to: [f64; 2]) {
        self.pointer(selector, &[("pointerMove", from), ("pointerDown", from), ("pointerMove", to), ("pointerUp", to)]);
    }

    /// Moves to a part of an element, and clicks there if it is asked to.
    pub(crate) fn point(&self, selector: &str, at: [f64; 2], click: bool) {
        let all = [("pointerMove", at), ("pointerDown", at), ("pointerUp", at)];
        self.pointer(selector, if click { &all } else { &all[..1] });
    }

    fn pointer(&self, selector: &str, steps: &[(&str, [f64; 2])]) {
        let script = format!(
            "const e = document.querySelector({}); e.scrollIntoView({{ block: 'center' }}); const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]",
            json!(selector)
        );
        let place: [f64; 4] = serde_json::from_value(self.run(&script)).unwrap();
        let actions: Vec<Value> = steps
            .iter()
            .map(|(kind, [x, y])| match *kind {
                "pointerMove" => json!({
                    "type": "pointerMove", "duration": 60,
                    "x": (place[0] + x * place[2]).round(), "y": (place[1] + y * place[3]).round(),
                }),
                kind => json!({ "type": kind, "button": 0 }),
            })
            .collect();
        self.post("/actions", &json!({ "actions": [{ "type": "pointer", "id": "mouse", "actions": actions }] }));
        self.settle();
    }

    pub(crate) fn resize(&self, width: u32, height: u32) {
        // Windows have a least width, a page that is emulated has none.
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.post("/goog/cdp/execute", &json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size }));
        std::thread::sleep(Duration::from_millis(200));
        self.settle();
    }

    /// Light or dark, as the system would have it.
    pub(crate) fn prefer(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.post("/goog/cdp/execute", &json!({ "cmd": "Emulation.setEmulatedMedia", "params": features }));
        self.settle();
    }

    /// What the console said since this was asked last.
    pub(crate) fn console(&self) -> Vec<String> {
        let lines = self.post("/se/log", &json!({ "type": "browser" }));
        lines.as_array().unwrap().iter().map(|line| line["message"].as_str().unwrap().to_owned()).collect()
    }

    /// The addresses that were asked for since this was asked last.
    pub(crate) fn requests(&self) -> Vec<String> {
        let lines = self.post("/se/log", &json!({ "type": "performance" }));
        let messages = lines.as_array().unwrap().iter().map(|line| {
            let message: Value = serde_json::from_str(line["message"].as_str().unwrap()).unwrap();
            message["message"].clone()
        });
        let sent = messages.filter(|message| message["method"] == "Network.requestWillBeSent");
        sent.map(|message| message["params"]["request"]["url"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            ask("DELETE", &self.session, None);
        } else {
            let _ = ureq::delete(&self.session).call();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Where a program is.
fn which(name: &str) -> String {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.exists());
    found.unwrap().display().to_string()
}

/// Asks the driver; the value of its answer.
#[track_caller]
fn ask(method: &str, address: &str, body: Option<&Value>) -> Value {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let answer = match (method, body) {
        ("DELETE", _) => agent.delete(address).call(),
        (_, Some(body)) => agent.post(address).content_type("application/json").send(body.to_string()),
        _ => agent.get(address).call(),
    };
    let mut answer = answer.unwrap_or_else(|e| panic!("{method} {address}: {e}"));
    let status = answer.status();
    let text = answer.body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert!(status.is_success(), "{method} {address}: {text:.2000}");
    value["value"].clone()
}
