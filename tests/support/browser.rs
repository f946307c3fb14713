use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use cognito_m2m::reqwest::{Client, Method};
use serde_json::{Value, json};

/// A headless Chromium, driven through `chromedriver` (W3C `WebDriver`). Both end with it.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    session: String,
    client: Client,
}

impl Browser {
    /// Starts one with a screen of this size, as a phone or a desk has it.
    ///
    /// # Panics
    ///
    /// When Chromium or `chromedriver` is not installed.
    pub async fn with_screen(width: u32, height: u32) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("`chromedriver`: install chromium and chromium-driver");
        let output = BufReader::new(driver.stdout.take().expect("its output"));
        let port = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("successfully on port ")?.1.to_owned()))
            .expect("a line with its port");
        let port = port.trim_end_matches('.');
        let mut browser = Self {
            driver,
            session: format!("http://127.0.0.1:{port}/session"),
            client: Client::new(),
        };
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {
            "args": arguments,
            "mobileEmulation": {
                "deviceMetrics": {"width": width, "height": height, "pixelRatio": 2.0},
            },
        }}}});
        let started = browser.ask(Method::POST, "", &capabilities).await;
        let id = started["sessionId"].as_str().expect("a session");
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    /// Goes to a page and waits until it is loaded.
    pub async fn open(&self, url: &str) {
        self.ask(Method::POST, "/url", &json!({"url": url})).await;
    }

    /// What a function body gives back; the page's policy does not bind it.
    pub async fn evaluate(&self, script: &str) -> Value {
        let script = json!({"script": script, "args": []});
        self.ask(Method::POST, "/execute/sync", &script).await
    }

    /// Waits until a function body gives this back: a click answers before the next page is there.
    ///
    /// # Panics
    ///
    /// When it has not done so in a minute.
    pub async fn wait_for(&self, script: &str, expected: &Value) {
        let body = json!({"script": script, "args": []});
        let mut last = Value::Null;
        for _ in 0..1_200 {
            // Between two pages there is nothing to ask.
            last = self.value(Method::POST, "/execute/sync", &body).await;
            if last == *expected {
                return;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("waited a minute for {expected}: {last}");
    }

    /// Clicks on the one element of this CSS selector.
    pub async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        let path = format!("/element/{element}/click");
        self.ask(Method::POST, &path, &json!({})).await;
    }

    /// Types into the one element of this CSS selector.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        let path = format!("/element/{element}/value");
        self.ask(Method::POST, &path, &json!({"text": text})).await;
    }

    /// A picture of what the screen shows, as PNG in base64.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn screenshot(&self) -> String {
        let picture = self.ask(Method::GET, "/screenshot", &Value::Null).await;
        picture.as_str().expect("a picture").to_owned()
    }

    async fn element(&self, selector: &str) -> String {
        let by = json!({"using": "css selector", "value": selector});
        let found = self.ask(Method::POST, "/element", &by).await;
        let reference = found.as_object().and_then(|found| found.values().next());
        let reference = reference.and_then(Value::as_str);
        reference.expect("an element").to_owned()
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let value = self.value(method, path, body).await;
        assert!(value["error"].is_null(), "{path}: {value}");
        value
    }

    async fn value(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        let mut request = self.client.request(method, url);
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        let response = request.send().await.expect("an answer of the driver");
        let text = response.text().await.expect("a body");
        let mut answer: Value = serde_json::from_str(&text).expect("JSON of the driver");
        answer["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver takes the browser with it.
        let _ = Command::new("kill")
            .arg(self.driver.id().to_string())
            .status();
        let _ = self.driver.wait();
    }
}
