using Embark.Controller.Dashboard;
using Embark.Controller.Expansion;
using Embark.Controller.Leading;
using Embark.Controller.Telemetry;
using Embark.Controller.Telemetry.Serving;
using Embark.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Embark.Controller;

/// <summary>The program <c>embark-controller</c>: what it serves and what it watches, in one place.</summary>
internal static class ControllerProgram
{
    public static async Task<int> RunAsync(ControllerOptions options, CancellationToken cancellationToken)
    {
        var connection = Kubeconfig.Load(options.Cluster);
        using var client = KubernetesClient.Connect(connection, new KubernetesClientOptions { UserAgent = "embark-controller", OwnTrustOnly = true });

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Listen));
        builder.Services.AddSingleton(options with { LeaseNamespace = options.LeaseNamespace ?? (connection.Context is null ? connection.Namespace : options.SystemNamespace) });
        builder.Services.AddSingleton(client);
        builder.Services.AddSingleton(TimeProvider.System);

        // What runs side by side: a line each.
        builder.Services.AddSingleton<LeaderElection>().AddSingleton<ExpansionReconciler>().AddSingleton<ExpansionWatch>().AddHostedService<LeadingService>();
        builder.Services.AddSingleton(new Collector(new WindowOptions(), TimeProvider.System)).AddSingleton<MeshFeed>().AddSingleton<VmStates>().AddSingleton<DashboardRoutes>();
        builder.Services.AddHostedService<TelemetryService>();

        await using var app = builder.Build();
        app.MapGet("/healthz", (RequestDelegate)(context => context.Response.WriteAsync("ok")));
        app.Services.GetRequiredService<DashboardRoutes>().Map(app);
        await ((IHost)app).RunAsync(cancellationToken);
        return 0;
    }
}
