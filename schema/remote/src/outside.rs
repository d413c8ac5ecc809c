//! The HTTP client for addresses that somebody else chose, such as those that webhooks go to.
//!
//! Whoever chooses an address could choose one within the city's own network, which this process reaches and they do not. So what a name
//! stands for is looked at when a connection opens, and only public addresses are connected to, but for hosts that the settings trust.

use std::{
    collections::BTreeSet,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, Uri, body::Bytes};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{
        self,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use kernel::Result;
use tokio::time::timeout;
use tower::Service;

use crate::client::over_tls;

/// The longest address.
const URL_BYTES_MAX: usize = 2_048;
/// The largest answer that is read.
const RESPONSE_BYTES_MAX: usize = 64 * 1024;
/// How long one exchange may take, the connection included.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no answer. The words name no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// The address is not one that anybody may choose.
    Refused,
    /// Nobody is there, or what they say has no end within time and size.
    NoAnswer,
}

/// A client for addresses that somebody else chose.
pub struct Outside {
    client: legacy::Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    trusted: Trusted,
    patience: Duration,
}

/// Hosts that may be within the city's network and answer over plain HTTP, in lower case.
type Trusted = Arc<BTreeSet<String>>;

impl Outside {
    /// A client that trusts these hosts: names or addresses, without a port.
    ///
    /// # Errors
    /// When the cryptography of the build knows no version of TLS.
    pub fn new(trusted: impl IntoIterator<Item = String>) -> Result<Outside> {
        let trusted: Trusted = Arc::new(trusted.into_iter().map(|host| host.to_ascii_lowercase()).collect());
        let connector = HttpConnector::new_with_resolver(Resolver(Arc::clone(&trusted)));
        // No connection is kept: each is checked when it opens.
        let client = legacy::Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(over_tls(connector, PATIENCE)?);
        Ok(Outside { client, trusted, patience: PATIENCE })
    }

    #[cfg(test)]
    pub(crate) fn with_patience(mut self, patience: Duration) -> Outside {
        self.patience = patience;
        self
    }

    /// Whether anybody may choose this address, as far as that can be told before its name is resolved.
    #[must_use]
    pub fn accepts(&self, url: &str) -> bool {
        url.len() <= URL_BYTES_MAX && url.parse().is_ok_and(|uri| self.accepts_uri(&uri))
    }

    fn accepts_uri(&self, uri: &Uri) -> bool {
        let (Some(authority), Some(host)) = (uri.authority(), uri.host()) else { return false };
        let trusts = self.trusted.contains(&bare(host).to_ascii_lowercase());
        let public = bare(host).parse().map_or(!host.is_empty(), is_public);
        // A name or a password in front of the host would be sent to nobody, and shown to everybody.
        !authority.as_str().contains('@')
            && match uri.scheme_str() {
                Some("https") => trusts || public,
                Some("http") => trusts,
                _ => false,
            }
    }

    /// Sends a request and reads the answer whole, whatever its status. A redirect is not followed.
    ///
    /// # Errors
    /// When the address is refused, or when there is no answer of 64 KiB at most within five seconds.
    pub async fn send(&self, request: Request<Bytes>) -> std::result::Result<Response<Bytes>, Unsent> {
        if !self.accepts_uri(request.uri()) {
            return Err(Unsent::Refused);
        }
        let exchange = async {
            let response = self.client.request(request.map(Full::new)).await.map_err(|error| unsent(&error))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, RESPONSE_BYTES_MAX).collect().await.map_err(|_| Unsent::NoAnswer)?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        timeout(self.patience, exchange).await.unwrap_or(Err(Unsent::NoAnswer))
    }
}

/// A host without the brackets of an IPv6 address (RFC 3986 §3.2.2).
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn unsent(error: &legacy::Error) -> Unsent {
    let mut causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    if causes.any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied)) {
        Unsent::Refused
    } else {
        Unsent::NoAnswer
    }
}

/// Resolves names to addresses that anybody may reach. What it found is what is connected to: a name cannot become another meanwhile.
#[derive(Clone)]
struct Resolver(Trusted);

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let trusts = self.0.contains(&name.as_str().to_ascii_lowercase());
        Box::pin(async move {
            // The connector puts the port in.
            let mut found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !trusts {
                found.retain(|address| is_public(address.ip()));
                if found.is_empty() {
                    return Err(io::Error::new(io::ErrorKind::PermissionDenied, "a name of the city's own network"));
                }
            }
            Ok(found.into_iter())
        })
    }
}

/// Whether an address is one of the whole Internet (RFC 6890, and the registries that it founded).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = address.is_private() || address.is_loopback() || address.is_link_local() || address.is_documentation();
    let special = special || address.is_multicast() || address.is_unspecified() || address.is_broadcast();
    let [a, b, c, _] = address.octets();
    // "This network"; shared (RFC 6598); protocol assignments (RFC 6890); benchmarks (RFC 2544); reserved (RFC 1112 §4).
    !(special || a == 0 || a == 100 && b & 0xc0 == 64 || a == 192 && b == 0 && c == 0 || a == 198 && b & 0xfe == 18 || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let words = address.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match words {
        // An IPv4 address in the clothes of IPv6: mapped (RFC 4291 §2.5.5.2), translated (RFC 6052), 6to4 (RFC 3056).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(inner(high, low))
        }
        // Protocol assignments (RFC 2928) and documentation (RFC 3849, RFC 9637).
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // All that is given out for the whole Internet so far (RFC 4291 §2.4).
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[test]
    fn only_addresses_of_the_whole_internet_are_public() {
        for (address, public) in [
            ("8.8.8.8", true),
            ("100.63.255.255", true),
            ("198.20.0.1", true),
            ("2606:4700::1111", true),
            ("64:ff9b::808:808", true),
            ("2002:808:808::1", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("127.0.0.53", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("192.0.0.8", false),
            ("192.0.2.1", false),
            ("192.168.1.1", false),
            ("198.19.0.1", false),
            ("224.0.0.1", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("64:ff9b::a00:1", false),
            ("2002:7f00:1::", false),
            ("2001:db8::1", false),
            ("2001::1", false),
            ("3fff::1", false),
            ("fc00::1", false),
            ("fe80::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn an_address_is_https_and_outside_unless_its_host_is_trusted() {
        let outside = Outside::new(["hooks.internal".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        for (url, accepted) in [
            ("https://hooks.example.kz/a?b=c", true),
            ("https://hooks.example.kz:8443", true),
            ("https://8.8.8.8/", true),
            ("https://Hooks.Internal/", true),
            ("http://hooks.internal:9000/", true),
            ("http://127.0.0.1:9000/", true),
            ("http://hooks.example.kz/", false),
            ("https://user:pass@hooks.example.kz/", false),
            ("https://127.0.0.2/", false),
            ("https://[::1]/", false),
            ("https://[::ffff:10.0.0.1]/", false),
            ("https://169.254.169.254/latest/meta-data", false),
            ("ftp://hooks.example.kz/", false),
            ("hooks.example.kz", false),
            ("https:///x", false),
            ("", false),
        ] {
            assert_eq!(outside.accepts(url), accepted, "{url}");
        }
        assert!(!outside.accepts(&format!("https://hooks.example.kz/{}", "a".repeat(URL_BYTES_MAX))));
    }

    fn get(url: &str) -> Request<Bytes> {
        Request::get(url).body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn a_name_of_the_own_network_is_not_connected_to() {
        let outside = Outside::new([]).unwrap();
        for url in ["https://localhost/", "https://localhost:8080/a", "http://127.0.0.1/"] {
            assert_eq!(outside.send(get(url)).await.err(), Some(Unsent::Refused), "{url}");
        }
    }

    /// A server that says this to whoever connects, and closes, or never says a word.
    async fn server(answer: Option<Vec<u8>>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 1_024];
                drop(stream.read(&mut asked).await);
                match &answer {
                    Some(answer) => drop(stream.write_all(answer).await),
                    None => std::future::pending().await,
                }
            }
        });
        format!("http://127.0.0.1:{port}/")
    }

    async fn check(answer: Option<&str>, seen: std::result::Result<u16, Unsent>) {
        let outside = Outside::new(["127.0.0.1".to_owned()]).unwrap().with_patience(Duration::from_millis(500));
        let url = server(answer.map(|answer| answer.as_bytes().to_vec())).await;
        assert_eq!(outside.send(get(&url)).await.map(|response| response.status().as_u16()), seen, "{answer:?}");
    }

    #[tokio::test]
    async fn an_answer_is_whole_within_time_and_size_or_none() {
        check(Some("HTTP/1.1 204 No Content\r\n\r\n"), Ok(204)).await;
        check(Some("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"), Ok(302)).await;
        check(Some("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ncut"), Err(Unsent::NoAnswer)).await;
        check(Some(&format!("HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n{}", "a".repeat(65_537))), Err(Unsent::NoAnswer)).await;
        check(Some("no HTTP"), Err(Unsent::NoAnswer)).await;
        check(Some(""), Err(Unsent::NoAnswer)).await;
        check(None, Err(Unsent::NoAnswer)).await;
    }
}
