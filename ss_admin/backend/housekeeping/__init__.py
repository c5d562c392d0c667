"""What goes on behind the calls, in a process of its own: journals into the database, webhooks, signals, trimming."""
