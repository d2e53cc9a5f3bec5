//! Receivers of notifications for tests: a mail server, a web server and a syslog collector, and certificates of a
//! private authority for them.
