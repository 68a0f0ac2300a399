using AutoFlip.Grpc;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AutoFlip.Cli;

/// <summary>Export of spans by OTLP, where it is asked for.</summary>
static class Traces
{
    const string Variable = "OTEL_EXPORTER_OTLP_ENDPOINT", Path = "v1/traces";

    /// <summary>Begins to export until disposed.</summary>
    /// <param name="address">Address of the collector, for OTLP over HTTP; null: that of the environment, if it has one.</param>
    /// <param name="service">Name of this process in traces.</param>
    /// <param name="variable">The value of a variable of the environment.</param>
    /// <returns>Ends the export, with the spans that are waiting; null if nothing is exported.</returns>
    /// <exception cref="AutoFlipException">The address is not accepted (exit 2).</exception>
    public static IDisposable? Export(string? address, string service, Func<string, string?> variable)
    {
        if (address is null && string.IsNullOrEmpty(variable(Variable))) return null;
        var collector = address is null ? null : AddressOf(address);
        return Sdk.CreateTracerProviderBuilder()
            .AddSource(Tracing.SourceName)
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService(service, serviceVersion: ExperimentFile.ProgramVersion))
            .AddOtlpExporter(options =>
            {
                if (collector is not null) (options.Endpoint, options.Protocol) = (collector, OtlpExportProtocol.HttpProtobuf);
            })
            .Build();
    }

    static Uri AddressOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Query is ""
            ? uri.AbsolutePath.EndsWith($"/{Path}", StringComparison.Ordinal) ? uri : new Uri($"{uri.AbsoluteUri.TrimEnd('/')}/{Path}")
            : throw AutoFlipException.BadRequest($"--otlp: '{address}' is not accepted. Accepted: http://HOST:PORT or https://HOST:PORT.");
}
