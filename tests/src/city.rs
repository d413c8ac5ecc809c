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

    /// How many jobs are in a state.
    pub async fn jobs(&self, state: &str) -> f64 {
        let series = format!("turkistan_jobs{{state=\"{state}\"}}");
        self.measure(|found| found == series).await
    }

    /// Waits until the runner has nothing to do now: no job is leased, and none has been done for ten looks.
    pub async fn idle(&self) {
        let quiet = std::cell::Cell::new((-1.0, 0));
        eventually("the city is idle", || async {
            let (done, looks) = quiet.get();
            let now = self.jobs("done").await + self.jobs("dead").await;
            let same = now == done && self.jobs("leased").await == 0.0;
            quiet.set((now, if same { looks + 1 } else { 0 }));
            (looks >= 10).then_some(())
        })
        .await;
    }

    async fn measure(&self, is_meant: impl Fn(&str) -> bool) -> f64 {
        let text = self.http.get(format!("{}/metrics", self.url)).send().await.expect("metrics").text().await.expect("metrics are text");
        let series = text.lines().filter_map(|line| line.rsplit_once(' ')).filter(|(series, _)| is_meant(series));
        series.filter_map(|(_, value)| value.parse::<f64>().ok()).sum()
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
