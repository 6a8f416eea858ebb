"""Pages of the account itself: second factors, sessions, kept input, single sign-on."""
