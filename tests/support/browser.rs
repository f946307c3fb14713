use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use cognito_m2m::reqwest::{Client, Method};
use serde_json::{Value, json};

/// A headless Chromium, controlled through `chromedriver` (W3C `WebDriver`). Both processes end when
/// it is dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    session: String,
    client: Client,
}

impl Browser {
    /// Starts a browser with a screen of this size in CSS pixels.
    ///
    /// # Panics
    ///
    /// Panics if Chromium or `chromedriver` is not installed.
    pub async fn with_screen(width: u32, height: u32) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("`chromedriver` starts; install chromium and chromium-driver");
        let output = BufReader::new(driver.stdout.take().expect("the output of `chromedriver`"));
        let port = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("successfully on port ")?.1.to_owned()))
            .expect("a line that names the port");
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
        let started = browser.send(Method::POST, "", &capabilities).await;
        let id = started["sessionId"].as_str().expect("a session ID");
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    /// Opens a page and waits until it has loaded.
    pub async fn open(&self, url: &str) {
        self.send(Method::POST, "/url", &json!({"url": url})).await;
    }

    /// Runs the body of a JavaScript function and returns its result. The page's
    /// `Content-Security-Policy` does not apply to it.
    pub async fn evaluate(&self, script: &str) -> Value {
        let script = json!({"script": script, "args": []});
        self.send(Method::POST, "/execute/sync", &script).await
    }

    /// Runs the body of a JavaScript function repeatedly until it returns `expected`. A click returns
    /// before the next page has loaded.
    ///
    /// # Panics
    ///
    /// Panics if it has not returned that within a minute.
    pub async fn wait_for(&self, script: &str, expected: &Value) {
        let body = json!({"script": script, "args": []});
        let mut last = Value::Null;
        for _ in 0..1_200 {
            // Between two pages a script fails, which is not an error here.
            last = self.call(Method::POST, "/execute/sync", &body).await;
            if last == *expected {
                return;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("timed out after a minute: expected {expected}, last result {last}");
    }

    /// Clicks on the element that this CSS selector matches.
    pub async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        let path = format!("/element/{element}/click");
        self.send(Method::POST, &path, &json!({})).await;
    }

    /// Types into the element that this CSS selector matches.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        let path = format!("/element/{element}/value");
        self.send(Method::POST, &path, &json!({"text": text})).await;
    }

    /// Returns a picture of the screen, as PNG in base64.
    ///
    /// # Panics
    ///
    /// Panics if the browser returns no picture.
    pub async fn screenshot(&self) -> String {
        let picture = self.send(Method::GET, "/screenshot", &Value::Null).await;
        picture.as_str().expect("a picture").to_owned()
    }

    async fn element(&self, selector: &str) -> String {
        let by = json!({"using": "css selector", "value": selector});
        let found = self.send(Method::POST, "/element", &by).await;
        let reference = found.as_object().and_then(|found| found.values().next());
        let reference = reference.and_then(Value::as_str);
        reference.expect("a matching element").to_owned()
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Value {
        let value = self.call(method, path, body).await;
        assert!(value["error"].is_null(), "{path}: {value}");
        value
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        let mut request = self.client.request(method, url);
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        let response = request.send().await.expect("`chromedriver` answers");
        let text = response.text().await.expect("a body in UTF-8");
        let mut answer: Value = serde_json::from_str(&text).expect("a JSON body");
        answer["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // `chromedriver` ends the browser too.
        let _ = Command::new("kill")
            .arg(self.driver.id().to_string())
            .status();
        let _ = self.driver.wait();
    }
}
