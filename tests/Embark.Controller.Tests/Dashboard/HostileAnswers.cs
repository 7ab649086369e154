namespace Embark.Controller.Tests.Dashboard;

/// <summary>What no controller of ours would say: names that are markup, in every place that has one.</summary>
internal static class HostileAnswers
{
    private const string Traffic = """{"requestsPerSecond":1,"errorShare":0.5,"connectionsPerSecond":0,"failedConnectionShare":0,"bytesPerSecond":0}""";
    private const string Service = """{"id":"NAME","namespace":"NAME","app":"NAME","vm":true,"versions":["NAME"],"inbound":TRAFFIC}""";
    private const string Call = """{"from":"NAME","to":"NAME","mutualTls":"NAME","seen":"caller","traffic":TRAFFIC}""";
    private const string Vm = """{"namespace":"NAME","name":"NAME","address":"NAME","app":"NAME","version":"","state":"NAME"}""";

    public static string State(string name) => Named("""{"topology":{"time":"2026-11-30T12:00:00Z","seconds":60,"services":[SERVICE],"calls":[CALL]},"vms":{"items":[VM]}}""", name);

    public static string Metrics(string name) =>
        Named("""{"service":SERVICE,"workloads":[{"workload":"NAME","version":"NAME","vm":true,"inbound":TRAFFIC}],"callers":[CALL],"calls":[CALL],"points":[]}""", name);

    private static string Named(string template, string name) => template
        .Replace("SERVICE", Service, StringComparison.Ordinal).Replace("CALL", Call, StringComparison.Ordinal).Replace("VM", Vm, StringComparison.Ordinal)
        .Replace("TRAFFIC", Traffic, StringComparison.Ordinal).Replace("NAME", name, StringComparison.Ordinal);
}
