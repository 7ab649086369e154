using Embark.Sandbox.Istiod.Protos.AccessLogs;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>A file access log in Envoy's text format, written to the container's output.</summary>
internal sealed class AccessLog
{
    private static readonly Lock s_oneLineAtATime = new();

    private readonly AccessLogFormat _format;
    private readonly IReadOnlyCollection<string>? _onlyFlags;
    private readonly TextWriter _output;

    private AccessLog(AccessLogFormat format, IReadOnlyCollection<string>? onlyFlags, TextWriter output)
    {
        _format = format;
        _onlyFlags = onlyFlags;
        _output = output;
    }

    /// <summary>The file logs among <paramref name="configured"/>; others are named by whoever applies the listener.</summary>
    public static IReadOnlyList<AccessLog> From(IEnumerable<Istiod.Protos.AccessLogs.AccessLog> configured, TextWriter output) =>
    [
        .. from log in configured
           where log.TypedConfig?.Is(FileAccessLog.Descriptor) == true
           let file = log.TypedConfig.Unpack<FileAccessLog>()
           select new AccessLog(
               new AccessLogFormat(file.LogFormat?.TextFormatSource?.InlineString is { Length: > 0 } text ? text : AccessLogFormat.Default),
               log.Filter?.ResponseFlagFilter?.Flags, output),
    ];

    public void Write(Exchange exchange)
    {
        if (_onlyFlags is { Count: > 0 } && (exchange.Flags is null || !exchange.Flags.Split(',').Any(_onlyFlags.Contains)))
            return;
        var line = _format.Render(exchange);
        lock (s_oneLineAtATime)
        {
            _output.Write(line);
            _output.Flush();
        }
    }
}
