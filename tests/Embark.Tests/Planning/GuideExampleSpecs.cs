using Embark.Delivery;
using Embark.Planning;

namespace Embark.Tests.Planning;

/// <summary>The texts of sidecar-bootstrap 6, to the byte.</summary>
public sealed class GuideExampleSpecs
{
    private const string Environment = """
        JWT_POLICY=third-party-jwt
        PROV_CERT=/etc/certs
        OUTPUT_CERTS=/etc/certs
        PILOT_CERT_PROVIDER=istiod
        POD_NAME=ratings-vm
        POD_NAMESPACE=bookinfo
        INSTANCE_IP=10.128.0.2
        SERVICE_ACCOUNT=bookinfo-ratings
        TRUST_DOMAIN=cluster.local
        PROXY_CONFIG={"discoveryAddress":"istiod.istio-system.svc:15012","serviceCluster":"ratings.bookinfo"}
        ISTIO_META_CLUSTER_ID=Kubernetes
        ISTIO_META_INTERCEPTION_MODE=NONE
        ISTIO_META_NETWORK=vm-us-central1-a
        ISTIO_METAJSON_LABELS={"app":"ratings","class":"vm","service.istio.io/canonical-name":"ratings","service.istio.io/canonical-revision":"v3","version":"v3"}
        ISTIO_META_WORKLOAD_NAME=ratings-vm
        ISTIO_META_OWNER=kubernetes://apis/networking.istio.io/v1/namespaces/bookinfo/workloadentries/ratings-vm
        ISTIO_META_MESH_ID=cluster.local
        ISTIO_META_UNPRIVILEGED_POD=true

        """;

    /// <summary>As 6.2, with the log rotation of decision 5 after the network.</summary>
    private const string Docker =
        "docker run -d --name istio-proxy --restart unless-stopped --network host"
        + " --log-driver json-file --log-opt max-size=10m --log-opt max-file=3"
        + " --user <uid>:<gid of istio-proxy> --cap-drop ALL --security-opt no-new-privileges --read-only"
        + " --tmpfs /etc/istio/proxy:rw,noexec,nosuid,nodev,size=64m,uid=<uid>,gid=<gid>,mode=0750"
        + " --tmpfs /var/lib/istio/data:rw,noexec,nosuid,nodev,size=256m,uid=<uid>,gid=<gid>,mode=0750"
        + " --tmpfs /var/run/secrets/workload-spiffe-uds:rw,noexec,nosuid,nodev,size=1m,uid=<uid>,gid=<gid>,mode=0750"
        + " --mount type=bind,source=/etc/istio-proxy/tokens,target=/var/run/secrets/tokens,readonly"
        + " --mount type=bind,source=/etc/istio-proxy/certs,target=/etc/certs"
        + " --env-file /etc/istio-proxy/sidecar.env"
        + " --add-host istiod.istio-system.svc:203.0.113.7"
        + " --label embark.managed=true --label embark.role=proxy --label embark.workload-entry=bookinfo/ratings-vm --label embark.profile=modern --label embark.plan=sha256:<plan>"
        + " docker.io/tetrate/proxyv2@sha256:<digest> proxy sidecar --proxyLogLevel warning,misc:error";

    [Fact(Timeout = 15_000)]
    public void Environment_is_that_of_6_1()
    {
        var plan = Planner.For(GuideExample.Mesh, GuideExample.Workload, null);

        var file = plan.Steps.OfType<PlanStep.WriteFile>().First();
        Assert.Equal("/etc/istio-proxy/sidecar.env", file.Path);
        Assert.Equal(Environment, ((FileContent.Text)file.Content).Value);
    }

    [Fact(Timeout = 15_000)]
    public void Transcript_is_that_of_6_3_with_the_manifest_last_and_the_command_of_6_2()
    {
        var plan = Planner.For(GuideExample.Mesh, GuideExample.Workload, null);

        var text = PrintSink.Text(plan);

        var manifest = text.IndexOf("\n[SSH client] going to copy into a remote file: /etc/istio-proxy/manifest.json\n", StringComparison.Ordinal);
        var close = text.IndexOf("\n[SSH client] going to close connection\n", StringComparison.Ordinal);
        Assert.InRange(manifest, 0, close);
        Assert.Equal($$"""

            [SSH client] going to connect to istio-proxy@35.194.38.142:22

            [SSH client] going to execute a command remotely: mkdir -p /etc/istio-proxy

            [SSH client] going to execute a command remotely: mkdir -p -m 0700 /etc/istio-proxy/tokens

            [SSH client] going to execute a command remotely: mkdir -p -m 0700 /etc/istio-proxy/certs

            [SSH client] going to copy into a remote file: /etc/istio-proxy/sidecar.env
            {{Environment}}
            [SSH client] going to copy into a remote file: /etc/istio-proxy/istio-ca.pem
            {{GuideExample.Roots}}
            [SSH client] going to copy into a remote file: /etc/istio-proxy/certs/root-cert.pem
            <same content as /etc/istio-proxy/istio-ca.pem>

            [SSH client] going to copy into a remote file: /etc/istio-proxy/tokens/istio-token
            <token: not requested in a dry run; service account bookinfo/bookinfo-ratings, audience istio-ca, 3600 s>

            [SSH client] going to execute a command remotely: docker pull docker.io/tetrate/proxyv2:1.30.3

            [SSH client] going to execute a command remotely: {{Docker}}

            [SSH client] going to close connection

            if a proxy of Embark runs there already, it is replaced without a gap (bridge), or left alone when nothing changes

            """, text[..manifest] + text[close..]);
    }

    [Fact(Timeout = 15_000)]
    public void Tetrate_transcript_is_that_of_6_4()
    {
        var mesh = GuideExample.Mesh with
        {
            LogLevel = null,
            ComponentLogLevel = null,
            ClusterNetwork = "",
            Image = new() { Hub = "docker.io/istio", Tag = "1.7.3-82307aaa81", Name = "proxyv2" },
            KubernetesCa = "-----BEGIN CERTIFICATE-----\nazhz\n-----END CERTIFICATE-----\n",
        };

        var plan = Planner.For(mesh, GuideExample.With(new() { Profile = Profile.Tetrate }), null);

        Assert.Equal($$$"""

            [SSH client] going to connect to istio-proxy@35.194.38.142:22

            [SSH client] going to execute a command remotely: mkdir -p /etc/istio-proxy

            [SSH client] going to copy into a remote file: /etc/istio-proxy/sidecar.env
            JWT_POLICY=third-party-jwt
            PROV_CERT=/var/run/secrets/istio
            OUTPUT_CERTS=/var/run/secrets/istio
            PILOT_CERT_PROVIDER=istiod
            CA_ADDR=istiod.istio-system.svc:15012
            CA_SNI=
            PILOT_SNI=
            POD_NAME=ratings-vm-174269f
            POD_NAMESPACE=bookinfo
            IDENTITY_IP=35.194.38.142
            INSTANCE_IP=10.128.0.2
            SERVICE_ACCOUNT=bookinfo-ratings
            HOST_IP=35.194.38.142
            CANONICAL_SERVICE=
            CANONICAL_REVISION=
            PROXY_CONFIG={"configPath":"./etc/istio/proxy","binaryPath":"/usr/local/bin/envoy","serviceCluster":"ratings.bookinfo","drainDuration":"45s","parentShutdownDuration":"60s","discoveryAddress":"istiod.istio-system.svc:15012","proxyAdminPort":15000,"controlPlaneAuthPolicy":"MUTUAL_TLS","statNameLength":189,"tracing":{"zipkin":{"address":"zipkin.istio-system:9411"}},"envoyAccessLogService":{},"envoyMetricsService":{},"statusPort":15020,"terminationDrainDuration":"5s"}
            ISTIO_META_CLUSTER_ID=Kubernetes
            ISTIO_META_INTERCEPTION_MODE=NONE
            ISTIO_META_NETWORK=vm-us-central1-a
            ISTIO_METAJSON_LABELS={"app":"ratings","class":"vm","version":"v3"}
            ISTIO_METAJSON_ISTIO_ANNOTATIONS={"sidecar-bootstrap.istio.io/proxy-config-dir":"/etc/istio-proxy","sidecar-bootstrap.istio.io/proxy-image-hub":"docker.io/tetrate","sidecar-bootstrap.istio.io/proxy-instance-ip":"10.128.0.2"}
            ISTIO_META_WORKLOAD_NAME=ratings
            ISTIO_META_OWNER=kubernetes://apis/networking.istio.io/v1beta1/namespaces/bookinfo/workloadentries/ratings-vm
            ISTIO_META_MESH_ID=

            [SSH client] going to copy into a remote file: /etc/istio-proxy/k8s-ca.pem
            {{{mesh.KubernetesCa}}}
            [SSH client] going to copy into a remote file: /etc/istio-proxy/istio-ca.pem
            {{{GuideExample.Roots}}}
            [SSH client] going to copy into a remote file: /etc/istio-proxy/istio-token
            <token: not requested in a dry run; service account bookinfo/bookinfo-ratings, audience istio-ca, 86400 s>

            [SSH client] going to execute a command remotely: docker pull docker.io/tetrate/proxyv2:1.7.3-82307aaa81

            [SSH client] going to execute a command remotely: docker rm --force istio-proxy

            [SSH client] going to execute a command remotely: docker run -d --name istio-proxy --restart unless-stopped --network host -v /etc/istio-proxy/istio-ca.pem:/var/run/secrets/istio/root-cert.pem -v /etc/istio-proxy/istio-token:/var/run/secrets/tokens/istio-token -v /etc/istio-proxy/k8s-ca.pem:/var/run/secrets/kubernetes.io/serviceaccount/ca.crt --env-file /etc/istio-proxy/sidecar.env --add-host istiod.istio-system:203.0.113.7 --add-host istiod.istio-system.svc:203.0.113.7 --add-host istiod.istio-system.svc.cluster:203.0.113.7 --add-host istiod.istio-system.svc.cluster.local:203.0.113.7 --add-host zipkin.istio-system:203.0.113.7 --add-host zipkin.istio-system.svc:203.0.113.7 --add-host zipkin.istio-system.svc.cluster:203.0.113.7 --add-host zipkin.istio-system.svc.cluster.local:203.0.113.7 --label embark.managed=true --label embark.role=proxy --label embark.workload-entry=bookinfo/ratings-vm --label embark.profile=tetrate --label embark.plan=sha256:<plan> docker.io/tetrate/proxyv2:1.7.3-82307aaa81 proxy sidecar --serviceCluster ratings.bookinfo --concurrency 0 --proxyLogLevel info --proxyComponentLogLevel misc:info --trust-domain cluster.local

            [SSH client] going to close connection

            """, PrintSink.Text(plan));
    }
}
