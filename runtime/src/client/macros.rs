//! Macros for generated clients.

/// Makes a generated client of a tuple structure around [`Client`](crate::Client).
#[macro_export]
macro_rules! client {
    ($name:ident, $service:ident) => {
        impl $name {
            /// A client with this configuration. Nothing is set up before the first call.
            pub fn new(config: $crate::Config) -> Self {
                const PROTOCOL: ::core::option::Option<&'static dyn $crate::protocol::Protocol> =
                    $crate::protocol::of($service.protocol);
                const {
                    if PROTOCOL.is_none() {
                        ::core::panic!("{}", $crate::protocol::missing($service.protocol));
                    }
                    if let ::core::option::Option::Some(missing) =
                        $crate::features::missing(&$service)
                    {
                        ::core::panic!("{}", missing);
                    }
                }
                Self($crate::Client::with_protocol(&$service, PROTOCOL, config))
            }

            /// A client with the configuration of the environment and the shared files, as the AWS
            /// CLI reads them.
            ///
            /// # Errors
            ///
            /// A file or setting that can't be read. Missing credentials are an error of the first
            /// call.
            pub fn from_env() -> ::std::result::Result<Self, $crate::Error> {
                $crate::Config::from_env().map(Self::new)
            }
        }
    };
}

/// Gives a generated client a method per waiter of the model.
#[cfg(feature = "waiters")]
#[doc(hidden)]
#[macro_export]
macro_rules! waiters {
    ($client:ident { $($(#[$docs:meta])* $method:ident = $operation:ident($($input:ident: $type:ty)?) -> $output:ty, $name:literal;)* }) => {
        impl $client {
            $(
                $(#[$docs])*
                #[allow(deprecated)]
                pub fn $method(&self $(, $input: $type)?) -> $crate::waiter::Waiting<$output> {
                    $crate::waiter::Waiting::new(self.$operation($($input)?), $name)
                }
            )*
        }
    };
}

/// Waiters are a feature.
#[cfg(not(feature = "waiters"))]
#[doc(hidden)]
#[macro_export]
macro_rules! waiters {
    ($($waiters:tt)*) => {};
}

/// Says that a generated client has streams of events.
#[cfg(feature = "event-stream")]
#[doc(hidden)]
#[macro_export]
macro_rules! event_streams {
    () => {};
}

/// Streams of events are a feature.
#[cfg(not(feature = "event-stream"))]
#[doc(hidden)]
#[macro_export]
macro_rules! event_streams {
    () => {
        ::core::compile_error!(
            "the streams of events of this service need the feature `event-stream` of opsmith-runtime"
        );
    };
}
