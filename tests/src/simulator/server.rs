//! The simulator's listeners: one plain endpoint per cloud, and a proxy that speaks for every simulated host.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until};
use tokio_rustls::TlsAcceptor;

use super::authority::{Authority, LOCAL};
use super::cloud::Cloud;
use super::control;
use super::exchange::{Answer, Request};
use super::faults::{Fault, Faults};
use super::memory::Memory;
use super::statistics::{Counter, Exchange};
use super::transport::{Delivery, Parcel, respond, takes_gzip};

/// The first byte that a client sends who speaks TLS.
const TLS_HANDSHAKE: u8 = 22;

/// What every connection needs.
pub(super) struct Shared {
    pub(super) clouds: Vec<Arc<dyn Cloud>>,
    pub(super) authority: Authority,
    pub(super) faults: Arc<Faults>,
    pub(super) counter: Counter,
    /// Where pages are made once.
    pub(super) memory: Option<Memory>,
    pub(super) latency: Duration,
}

/// Whom a connection is with.
#[derive(Clone)]
enum Party {
    /// One cloud, at the endpoint of this origin, such as `http://127.0.0.1:35001`.
    Endpoint(Arc<dyn Cloud>, String),
    /// The proxy itself.
    Proxy,
    /// A host inside a tunnel of the proxy.
    Host(String),
}

/// Ends a connection without an answer.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the fault wants the connection to end")
    }
}

impl std::error::Error for Cut {}

/// Accepts connections for one cloud, for ever: plain ones and, at the same port, those that begin with TLS.
pub(super) async fn serve_endpoint(
    shared: Arc<Shared>,
    listener: TcpListener,
    cloud: Arc<dyn Cloud>,
    address: SocketAddr,
) {
    serve(shared, listener, Party::Endpoint(cloud, format!("http://{address}"))).await;
}

/// Accepts connections of clients that have the simulator as their proxy, for ever.
pub(super) async fn serve_proxy(shared: Arc<Shared>, listener: TcpListener) {
    serve(shared, listener, Party::Proxy).await;
}

async fn serve(shared: Arc<Shared>, listener: TcpListener, party: Party) {
    loop {
        // A connection that ended before it was accepted is no failure of the listener.
        let Ok((stream, _)) = listener.accept().await else { continue };
        shared.counter.connect();
        // Small answers are not to wait for the acknowledgement of earlier ones.
        drop(stream.set_nodelay(true));
        tokio::spawn(open(Arc::clone(&shared), stream, party.clone()));
    }
}

/// Serves a connection, within TLS if the client begins with it at an endpoint.
async fn open(shared: Arc<Shared>, stream: TcpStream, party: Party) {
    let mut first = [0];
    let is_tls = stream.peek(&mut first).await.is_ok_and(|count| count == 1) && first == [TLS_HANDSHAKE];
    let stream = Counted { stream, counter: shared.counter.clone() };
    match party {
        Party::Endpoint(cloud, origin) if is_tls => {
            let server = shared.authority.server(LOCAL).expect("`localhost` can be certified");
            let origin = origin.replace("http://127.0.0.1", &format!("https://{LOCAL}"));
            if let Ok(stream) = TlsAcceptor::from(server).accept(stream).await {
                converse(shared, TokioIo::new(stream), Party::Endpoint(cloud, origin)).await;
            }
        }
        party => converse(shared, TokioIo::new(stream), party).await,
    }
}

/// Answers the requests of one connection until either side ends it. A client that goes away is no failure.
///
/// Boxed, because a tunnel's conversation is inside the proxy's.
fn converse<S>(
    shared: Arc<Shared>,
    stream: TokioIo<S>,
    party: Party,
) -> Pin<Box<dyn Future<Output = ()> + Send>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let (shared, party) = (Arc::clone(&shared), party.clone());
        async move { shared.handle(request, &party).await }
    });
    Box::pin(async move {
        drop(http1::Builder::new().serve_connection(stream, service).with_upgrades().await);
    })
}

impl Shared {
    async fn handle(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
        party: &Party,
    ) -> Result<Response<Parcel>, Cut> {
        if matches!(party, Party::Proxy) && request.method() == Method::CONNECT {
            return Ok(self.open_tunnel(request));
        }
        let asked = request.headers().clone();
        let is_absolute = request.uri().scheme().is_some();
        let Ok(request) = read(request, party).await else { return Err(Cut) };
        let cloud = match party {
            Party::Endpoint(cloud, _) => Some(cloud),
            Party::Proxy if !is_absolute => {
                return Ok(respond(control::answer(&self, &request), &asked, Delivery::Whole, None));
            }
            Party::Proxy | Party::Host(_) => {
                self.clouds.iter().find(|cloud| cloud.owns(&request.host, &request.path))
            }
        };
        match cloud {
            Some(cloud) => self.answer(cloud.as_ref(), request, &asked).await,
            None => Ok(self.refuse_host(&request.host)),
        }
    }

    /// Lets a cloud answer, with the fault that befalls the call; the latency is that of the whole, with what it takes to
    /// make the answer.
    async fn answer(
        &self,
        cloud: &dyn Cloud,
        request: Request,
        asked: &hyper::HeaderMap,
    ) -> Result<Response<Parcel>, Cut> {
        let call = cloud.classify(&request);
        let in_flight = self.counter.enter(cloud.name(), &call);
        let due = Instant::now() + self.latency;
        let fault = self.faults.befall(cloud.name(), &call);
        let memory = self.memory.as_ref().filter(|_| fault.is_none() && call.is_page);
        let compresses = cloud.compresses(&request);
        let mut delivery = Delivery::Whole;
        let answer = match fault {
            None => Some(match memory {
                Some(memory) => memory.page(cloud, &call, &request, compresses && takes_gzip(asked)),
                None => cloud.answer(&request, None),
            }),
            Some(Fault::Refused(refusal)) => Some(cloud.refuse(&request, refusal)),
            Some(Fault::Twisted(twist)) => Some(cloud.answer(&request, Some(twist))),
            Some(Fault::Html) => Some(portal()),
            Some(Fault::Garbage) => Some(garble(cloud.answer(&request, None))),
            Some(Fault::Cut | Fault::Silent) => None,
            Some(Fault::Truncated) => {
                delivery = Delivery::Half;
                Some(cloud.answer(&request, None))
            }
            Some(Fault::WrongLength) => {
                delivery = Delivery::Short;
                Some(cloud.answer(&request, None))
            }
            Some(Fault::SlowBody(pause)) => {
                delivery = Delivery::Slow(pause);
                Some(cloud.answer(&request, None))
            }
        };
        let arrives = matches!(delivery, Delivery::Whole | Delivery::Slow(_));
        let status = answer.as_ref().filter(|_| arrives);
        self.counter.finish(Exchange::new(cloud.name(), call, request, status), status);
        let response = match answer {
            Some(answer) if compresses && memory.is_none() => {
                Ok(respond(answer, asked, delivery, Some(in_flight)))
            }
            Some(answer) => Ok(respond(answer, &hyper::HeaderMap::new(), delivery, Some(in_flight))),
            None if fault == Some(Fault::Silent) => std::future::pending().await,
            None => Err(Cut),
        };
        if !self.latency.is_zero() {
            sleep_until(due).await;
        }
        response
    }

    /// Speaks TLS as the host that the client wants a tunnel to, if a cloud speaks for it.
    fn open_tunnel(self: Arc<Self>, request: hyper::Request<Incoming>) -> Response<Parcel> {
        let host = request.uri().host().unwrap_or_default().to_ascii_lowercase();
        if !self.clouds.iter().any(|cloud| cloud.owns(&host, "")) {
            return self.refuse_host(&host);
        }
        let Ok(server) = self.authority.server(&host) else { return self.refuse_host(&host) };
        tokio::spawn(async move {
            let Ok(stream) = hyper::upgrade::on(request).await else { return };
            // A client that does not trust the authority ends the handshake: that is its own affair.
            if let Ok(stream) = TlsAcceptor::from(server).accept(TokioIo::new(stream)).await {
                converse(self, TokioIo::new(stream), Party::Host(host)).await;
            }
        });
        // The answer to CONNECT has no body, and so may not tell the length of one.
        Response::new(Parcel::empty())
    }

    fn refuse_host(&self, host: &str) -> Response<Parcel> {
        self.counter.refuse_host(host);
        let text = format!("cloud-sim does not speak for `{host}`\n");
        respond(Answer::text(502, text), &hyper::HeaderMap::new(), Delivery::Whole, None)
    }
}

/// A page of the kind that gateways, proxies and hotels send instead of the answer.
fn portal() -> Answer {
    Answer::html(
        200,
        "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Please sign in</body></html>\n",
    )
}

/// Replaces the body by what is no document of any kind.
fn garble(answer: Answer) -> Answer {
    Answer { body: b"<<< \x00\xff not what \"it\" says &".to_vec(), ..answer }
}

async fn read(request: hyper::Request<Incoming>, party: &Party) -> Result<Request, hyper::Error> {
    let (head, body) = request.into_parts();
    let mut headers = std::collections::BTreeMap::new();
    for (name, value) in &head.headers {
        headers.insert(name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    let authority = headers.get("host").cloned().unwrap_or_default();
    let named = head.uri.host().map_or_else(|| without_port(&authority).to_owned(), str::to_owned);
    let (host, origin) = match party {
        Party::Endpoint(_, origin) => (named, origin.clone()),
        Party::Proxy => (named.clone(), format!("http://{named}")),
        Party::Host(host) => (host.clone(), format!("https://{host}")),
    };
    let query = head.uri.query().unwrap_or_default();
    Ok(Request {
        method: head.method.as_str().to_owned(),
        host: host.to_ascii_lowercase(),
        path: head.uri.path().to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers,
        body: body.collect().await?.to_bytes().to_vec(),
        origin,
    })
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// A connection whose bytes are counted.
struct Counted {
    stream: TcpStream,
    counter: Counter,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        if result.is_ready() {
            self.counter.transfer(buffer.filled().len() - before, 0);
        }
        result
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = result {
            self.counter.transfer(0, count);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
