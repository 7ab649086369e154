using System.Net;
using Embark.Sandbox.Pods;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Proxy.Admin;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Apps;

/// <summary>Bookinfo's services that run in the cluster: small programs behind sidecars, with the paths of the original.</summary>
internal static class Bookinfo
{
    public static bool Knows(string app) => app is "productpage" or "details" or "reviews";

    public static async Task<IAsyncDisposable> StartAsync(PodSpec pod, NewSocket newSocket, IPEndPoint? productpageAt, CancellationToken cancellationToken)
    {
        var mesh = new MeshCalls(pod.Egress, newSocket);
        RequestDelegate app = pod.App switch
        {
            "details" => DetailsApp.AnswerAsync,
            "reviews" => new ReviewsApp(pod.Version, pod.Name, mesh).AnswerAsync,
            _ => new ProductPageApp(mesh).AnswerAsync,
        };
        var inside = await LocalServer.StartAsync(IPEndPoint.Parse(pod.Application), app, cancellationToken, newSocket).ConfigureAwait(false);
        var outside = pod.App == "productpage" && productpageAt is not null
            ? await LocalServer.StartAsync(productpageAt, app, cancellationToken).ConfigureAwait(false) : null;
        return new Application(mesh, inside, outside);
    }

    private sealed class Application(MeshCalls mesh, LocalServer inside, LocalServer? outside) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await inside.DisposeAsync().ConfigureAwait(false);
            if (outside is not null)
                await outside.DisposeAsync().ConfigureAwait(false);
            mesh.Dispose();
        }
    }
}
