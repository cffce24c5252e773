//! The supervisor's page as a browser shows it: right integers, live, and no wider than a phone, in both languages.
//!
//! Chromium is driven by WebDriver's own protocol over plain HTTP: a session, an address, a script, a picture.

#![allow(clippy::disallowed_methods, reason = "how long a page takes is measured by the machine's clock")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use gewu_support::{Folder, Phone, folder, gewu, grid, last_line, place, workspace};
use serde_json::{Value, json};

/// Width of the narrowest phone that the page is made for.
const WIDTH: u32 = 360;
/// A page moves within this after a sync ended.
const MOVES_WITHIN: Duration = Duration::from_secs(2);
/// A browser on a busy machine takes this long to be there.
const READY_WITHIN: Duration = Duration::from_secs(60);
const PICTURE_BYTES_MAX: usize = 200_000;

/// Command, and the package that has it.
const NEEDED: [(&str, &str); 3] =
    [("chromium", "chromium"), ("chromedriver", "chromium-driver"), ("fc-list", "fontconfig")];

fn there(command: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(command).is_file())
}

fn draws_chinese() -> bool {
    Command::new("fc-list").arg(":lang=zh-cn").output().is_ok_and(|fonts| !fonts.stdout.is_empty())
}

/// Installs what is missing where that is allowed; names what is missing where it is not.
fn need_browser() {
    let missing = || {
        let commands = NEEDED.iter().filter(|(command, _)| !there(command)).map(|(_, package)| *package);
        commands.chain((!draws_chinese()).then_some("fonts-noto-cjk")).collect::<Vec<_>>()
    };
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    if !missing().is_empty() && root {
        let install = format!("apt-get update -qq; apt-get install -y -qq {}", missing().join(" "));
        let done = Command::new("sh").args(["-c", &install]).env("DEBIAN_FRONTEND", "noninteractive").output();
        assert!(done.is_ok_and(|done| done.status.success()), "apt-get could not install {:?}", missing());
    }
    assert!(missing().is_empty(), "missing packages: {}; install them and run again", missing().join(" "));
}

/// Asks again and again until something is so; the time that it took.
fn within<T>(limit: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(begun.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::yield_now();
    }
}

/// A browser window, one phone wide.
struct Browser {
    driver: Child,
    /// Address of the session.
    session: String,
    agent: ureq::Agent,
    /// Goes with the browser.
    profile: Folder,
}

impl Browser {
    fn open() -> Self {
        need_browser();
        let mut driver = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let base = format!("http://127.0.0.1:{}/session", port.expect("a port"));
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build();
        let profile = folder();
        let mut browser = Self { driver, session: base, agent: config.into(), profile };
        let dir = format!("--user-data-dir={}", browser.profile.path().display());
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            &dir,
        ];
        let phone = json!({ "deviceMetrics": { "width": WIDTH, "height": 1_400, "pixelRatio": 1.0, "touch": true } });
        let options = json!({ "args": args, "mobileEmulation": phone });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "browserName": "chrome", "goog:chromeOptions": options } } });
        let made = browser.post("", &wanted);
        let id = made["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {made}"));
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        let sent = self.agent.post(&url).content_type("application/json").send(body.to_string());
        let text = sent.expect("the driver answers").body_mut().read_to_string().expect("text");
        let reply: Value = serde_json::from_str(&text).expect("JSON");
        assert!(reply["value"]["error"].is_null(), "{path}: {}", reply["value"]);
        reply["value"].clone()
    }

    fn go(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    fn script(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits for the page behind a link that goes on by itself.
    fn await_page(&self) {
        within(READY_WITHIN, "the page with its figures", || {
            let there = "return document.readyState === 'complete' && document.getElementById('rate') !== null";
            (self.script(there) == true).then_some(())
        });
    }

    /// Waits inside the page until the big figure reads so; a moment longer than it may take, so that it is said.
    fn await_figure(&self, wanted: &str) {
        let script = "const [wanted, done] = arguments;
            const read = () => document.getElementById('rate')?.innerText.includes(wanted);
            if (read()) return done();
            new MutationObserver((_, self) => { if (read()) { self.disconnect(); done(); } })
                .observe(document.body, { childList: true, subtree: true, characterData: true });
            setTimeout(done, 4000);";
        self.post("/execute/async", &json!({ "script": script, "args": [wanted] }));
    }

    /// Why the page would scroll sideways; empty when it does not.
    fn too_wide(&self) -> Value {
        self.script(
            "const wide = document.documentElement.scrollWidth;
             if (window.innerWidth !== 360) return ['the window is ' + window.innerWidth];
             return wide <= 360 ? [] : ['the page is ' + wide];",
        )
    }

    /// A picture of the window as PNG.
    fn picture(&self) -> Vec<u8> {
        let url = format!("{}/screenshot", self.session);
        let mut reply = self.agent.get(&url).call().expect("the driver answers");
        let reply: Value = serde_json::from_str(&reply.body_mut().read_to_string().expect("text")).expect("JSON");
        base64::engine::general_purpose::STANDARD.decode(reply["value"].as_str().expect("a picture")).expect("base64")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser ends with its session; a driver that is gone took it along.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A hub as a child process that speaks plain HTTP beside HTTPS.
struct Hub {
    child: Child,
    address: String,
    plain: String,
}

impl Hub {
    fn serve(dir: PathBuf) -> Self {
        let mut command = gewu();
        command.arg("serve").arg(dir).args(["--listen", "127.0.0.1:0", "--plain-port", "0", "--child"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the hub starts");
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut first).expect("its first line");
        let ready: Value = serde_json::from_str(&first).unwrap_or_else(|_| panic!("the hub does not come up: {first}"));
        let text = |name: &str| ready[name].as_str().expect("an address").to_owned();
        Self { child, address: text("address"), plain: text("plain") }
    }

    /// Invites and enrols a phone.
    fn phone(&self, hub_dir: &Path, phone_dir: PathBuf, who: &[&str]) -> Phone {
        let invited = last_line(gewu().arg("invite").arg(hub_dir).args(["--address", &self.address]).args(who));
        let phone = Phone::at(phone_dir);
        phone.ok(&["enrol", invited["invitation"].as_str().expect("an invitation")]);
        phone
    }

    /// A one-time link of a phone, over plain HTTP.
    fn link(&self, phone: &Phone, query: &str) -> String {
        let url = phone.ok(&["link"])["url"].as_str().expect("a link").to_owned();
        let (_, path) = url.split_once("/in?").expect("a sign-in link");
        format!("http://{}/in?{path}&{query}", self.plain)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A hub of a folder, with a phone of a supervisor.
fn supervised(hub_dir: PathBuf, phone_dir: PathBuf) -> (Hub, Phone) {
    let hub = Hub::serve(hub_dir.clone());
    let phone = hub.phone(&hub_dir, phone_dir, &["--role", "supervisor"]);
    (hub, phone)
}

/// What the big figure says, to machines and to people.
fn figure(browser: &Browser) -> (Value, Value, String) {
    let seen = browser.script(
        "const rate = document.getElementById('rate');
         return [rate.dataset.numerator, rate.dataset.denominator, rate.innerText];",
    );
    (seen[0].clone(), seen[1].clone(), seen[2].as_str().expect("text").to_owned())
}

/// Keeps a picture for the README; only when it is asked for, so that a test leaves no trace.
fn keep_picture(browser: &Browser, language: &str) {
    if std::env::var("GEWU_PICTURES").as_deref() != Ok("1") {
        return;
    }
    let picture = browser.picture();
    assert!(picture.len() <= PICTURE_BYTES_MAX, "a picture of {} bytes", picture.len());
    let folder = workspace().join("docs/pictures");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    std::fs::write(folder.join(format!("supervise-{language}.png")), picture).expect("the picture is written");
}

#[test]
fn the_page_shows_what_was_imported_in_both_languages_at_the_width_of_a_phone() {
    let dir = folder();
    let data = workspace().join("tests/data");
    let mut demo = gewu();
    demo.args(["demo", "--once", "--keep", "--dir"]).arg(dir.path());
    demo.arg("--import").arg(data.join("nyc311.csv")).arg("--mapping").arg(data.join("nyc311.json"));
    last_line(&mut demo);
    let (hub, phone) = supervised(dir.path().join("hub"), dir.path().join("phones/page"));
    let browser = Browser::open();
    for (tag, picture, word) in [("zh-CN", "zh", "按期结案率"), ("en", "en", "On-time closure")] {
        let asked = format!("period=all&definition=on_time_closure&as_of=2019-09-16&lang={tag}");
        browser.go(&hub.link(&phone, &asked));
        browser.await_page();
        let (numerator, denominator, shown) = figure(&browser);
        assert_eq!((&numerator, &denominator), (&json!("426"), &json!("485")), "{shown}");
        assert!(shown.contains("426 / 485"), "people read the integers: {shown}");
        // Due on 2017-12-21: late as of the day that was asked for, not as of now.
        let late = browser.script("return document.querySelector('[data-case]').innerText");
        assert!(late.as_str().is_some_and(|late| late.contains("634")), "{late}");
        assert_eq!(browser.script("return document.documentElement.lang"), tag);
        assert!(
            browser.script("return document.getElementById('main').innerText").to_string().contains(word),
            "{word}"
        );
        assert_eq!(browser.too_wide(), json!([]), "{tag}");
        keep_picture(&browser, picture);
    }
    // What stands out is seen: the same look at a page with something wider than the window. Outside of what the page
    // renews by itself, or it could be gone again before it is looked at.
    browser.script("document.body.insertAdjacentHTML('beforeend', '<pre>' + 'x'.repeat(400) + '</pre>')");
    assert_ne!(browser.too_wide(), json!([]));
}

#[test]
fn the_page_moves_within_two_seconds_of_a_sync_without_a_reload() {
    let dir = folder();
    let pack = dir.path().join("place.json");
    std::fs::write(&pack, place(&[grid("01", "east")]).to_string()).expect("the place is written");
    let hub_dir = dir.path().join("hub");
    last_line(gewu().arg("init").arg(&hub_dir).arg("--yes").arg("--pack").arg(&pack));
    let (hub, supervisor) = supervised(hub_dir.clone(), dir.path().join("supervisor"));
    let reporter = hub.phone(&hub_dir, dir.path().join("inspector"), &["--role", "inspector", "--area", "01"]);
    let handler = hub.phone(&hub_dir, dir.path().join("handler"), &["--role", "handler", "--area", "01"]);
    let browser = Browser::open();
    // As of a day on which everything reported here is due.
    browser.go(&hub.link(&supervisor, "period=all&definition=closure&as_of=2099-12-31&lang=en"));
    browser.await_page();
    assert_eq!(figure(&browser).1, "0", "nothing was reported yet");
    browser.script("window.theSamePage = true");
    let moves = |to: &str| {
        let begun = Instant::now();
        browser.await_figure(to);
        let took = begun.elapsed();
        println!("{to}: {} ms after the sync", took.as_millis());
        assert!(took < MOVES_WITHIN, "{to} after {took:?}: {}", figure(&browser).2);
        assert_eq!(browser.script("return window.theSamePage === true"), true, "the page was loaded again");
    };
    let first = reporter.report(&["--class", "lamp"]);
    reporter.report(&["--class", "lamp"]);
    reporter.sync();
    moves("0 / 2");
    handler.sync();
    handler.act(&first.code, "handle", &[]);
    handler.sync();
    reporter.sync();
    reporter.act(&first.code, "close", &[]);
    reporter.sync();
    moves("1 / 2");
}
