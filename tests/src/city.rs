use std::{path::Path, process::Command};

use tempfile::TempDir;

use crate::{
    Answer, Store, eventually,
    process::{Process, binary, run},
};

/// How to start a city.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// More arguments for `turkistan serve`.
    pub arguments: Vec<String>,
    /// A mail server, `smtp://host:port`.
    pub smtp_url: Option<String>,
}

/// A running city.
pub struct City {
    /// Where it answers.
    pub url: String,
    /// Its data folder.
    pub data: TempDir,
    store: Store,
    options: Options,
    process: Process,
    http: reqwest::Client,
}

impl City {
    /// Starts a demo city on a copy of the template.
    pub async fn start(store: &Store, options: Options) -> City {
        let data = tempfile::tempdir().expect("a temporary folder");
        let store = store.fresh_city(data.path());
        let process = serve(&store, data.path(), &options);
        let city = City { url: process.url.clone(), data, store, options, process, http: reqwest::Client::new() };
        city.until_ready().await;
        city
    }

    async fn until_ready(&self) {
        eventually("the city is ready", || async { self.ready().await.then_some(()) }).await;
    }

    /// Whether `/health/ready` says so.
    pub async fn ready(&self) -> bool {
        let answer = self.http.get(format!("{}/health/ready", self.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Starts the city again on what is on disk.
    pub async fn restart(&mut self) {
        self.kill();
        self.process = serve(&self.store, self.data.path(), &self.options);
        self.url = self.process.url.clone();
        self.until_ready().await;
    }

    /// Kills the city as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// The process, for measuring.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// A token of a demo persona, as `turkistan token` prints it.
    #[must_use]
    pub fn token(&self, persona: &str) -> String {
        let mut command = Command::new(binary());
        command.args(["token", persona, "--data-dir"]).arg(self.data.path()).args(self.store.arguments());
        run(&mut command)
    }

    /// Asks the graph, in English, with or without a token.
    ///
    /// # Panics
    /// When the city does not answer.
    pub async fn ask(&self, token: Option<&str>, query: &str, variables: serde_json::Value) -> Answer {
        self.try_ask(token, query, variables).await.expect("the city answers")
    }

    /// Asks the graph; `None` when the city is gone.
    pub async fn try_ask(&self, token: Option<&str>, query: &str, variables: serde_json::Value) -> Option<Answer> {
        self.ask_in("en", token, query, variables).await
    }

    /// Asks the graph in a language.
    pub async fn ask_in(&self, language: &str, token: Option<&str>, query: &str, variables: serde_json::Value) -> Option<Answer> {
        let mut request = self
            .http
            .post(format!("{}/graphql", self.url))
            .header("Accept-Language", language)
            .json(&serde_json::json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.ok()?;
        let headers = response.headers().clone();
        let status = response.status().as_u16();
        Some(Answer { status, headers, body: response.json().await.ok()? })
    }

    /// The value of a metric, summed over its labels.
    pub async fn metric(&self, name: &str) -> f64 {
        self.measure(|series| series.split('{').next() == Some(name)).await
    }

    /// How many jobs there are and were since this process started: what an act that is refused leaves as it is.
    pub async fn jobs(&self) -> f64 {
        let mut sum = 0.0;
        for name in ["waiting", "later", "leased", "done_total"] {
            sum += self.metric(&format!("turkistan_jobs_{name}")).await;
        }
        sum
    }

    /// Waits until the runner has nothing to do now: no job is due or leased for ten looks.
    pub async fn idle(&self) {
        let quiet = std::cell::Cell::new(0);
        eventually("the city is idle", || async {
            let work = self.metric("turkistan_jobs_waiting").await + self.metric("turkistan_jobs_leased").await;
            quiet.set(if work == 0.0 { quiet.get() + 1 } else { 0 });
            (quiet.get() > 10).then_some(())
        })
        .await;
    }

    async fn measure(&self, is_meant: impl Fn(&str) -> bool) -> f64 {
        let text = self.http.get(format!("{}/metrics", self.url)).send().await.expect("metrics").text().await.expect("metrics are text");
        let series = text.lines().filter_map(|line| line.rsplit_once(' ')).filter(|(series, _)| is_meant(series));
        series.filter_map(|(_, value)| value.parse::<f64>().ok()).sum()
    }
}

impl City {
    /// Starts a worker on the city's database, apart from the process that serves.
    #[must_use]
    pub fn worker(&self) -> Worker {
        let mut command = Command::new(binary());
        command.args(["worker", "--data-dir"]).arg(self.data.path()).args(self.store.arguments());
        Worker(command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().expect("turkistan worker"))
    }
}

/// A process that performs jobs; it ends with the test.
pub struct Worker(std::process::Child);

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn serve(store: &Store, data: &Path, options: &Options) -> Process {
    let mut command = Command::new(binary());
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data).args(store.arguments()).args(&options.arguments);
    if let Some(url) = &options.smtp_url {
        command.args(["--smtp-url", url]);
    }
    Process::start(&mut command, &data.join("test.log"))
}
