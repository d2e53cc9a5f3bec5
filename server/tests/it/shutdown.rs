use std::time::Duration;

use server::connections::ConnectionLimits;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::timeout,
};

use crate::service;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_answers_until_it_is_told_to_stop() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let serving =
        tokio::spawn(server::serve(listener, service().await, ConnectionLimits::of_process(None, None), async {
            stopped.await.ok();
        }));

    let mut browser = TcpStream::connect(address).await.expect("the server listens");
    browser.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("it reads");
    let mut answer = [0; 15];
    browser.read_exact(&mut answer).await.expect("it answers");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");

    stop.send(()).expect("it still runs"); // the browser's connection is still open
    let result = timeout(Duration::from_secs(5), serving).await.expect("an idle connection holds nothing up");
    result.expect("it does not panic");
    assert!(TcpStream::connect(address).await.is_err());
}
