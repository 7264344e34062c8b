"""RCAEval's and OpenRCA's own folders, which have no manifest and some freedom in their columns."""

from pathlib import Path

import pytest

from microservo_sdk import DatasetError, open_dataset, verify
from tests.sdk.conftest import write_folder, write_zip

SECOND = 1_000_000
DATA = Path(__file__).parents[1] / "data"
SAMPLE = DATA / "microservo-sample"
FIELD = DATA / "field-cases"
RCAEVAL = {
    "RE2-OB/cartservice_cpu/1/inject_time.txt": b"1705353786\n",
    "RE2-OB/cartservice_cpu/1/simple_metrics.csv": (
        b"time,cartservice_cpu,cartservice_latency-90\n1705353785,0.5,0.01\n1705353786,0.9,\n"
    ),
    "RE2-OB/cartservice_cpu/1/logs.csv": (
        b"time,timestamp,container_name,message,level,req_path,error,cluster_id,log_template\n"
        b"21:23,1705353785123456789,cartservice,hello,info,,,7,hello\n"
    ),
    "RE2-OB/cartservice_cpu/1/traces.csv": (
        b"time,traceID,spanID,serviceName,methodName,operationName,startTimeMillis,startTime,duration,statusCode,"
        b"parentSpanID\n"
        b"21:23,t1,s1,frontendservice,,/cart,1705353785123,1705353785123456,900,,\n"
        b"21:23,t1,s2,cartservice,GetCart,/cart,1705353785124,1705353785124456,500,0.0,s1\n"
    ),
    "RE2-OB/redis-cart_mem/3/inject_time.txt": b"1705360000",
    "RE2-OB/redis-cart_mem/3/data.csv": b"time,redis-cart_mem\n1705360000,1e6\n",
}
RECORDS = (
    b"level,component,timestamp,datetime,reason\npod,adservice-0,1647720000,2022-03-20 04:00:00,container CPU load\n"
)
QUERIES = b'task_index,instruction,scoring_points\ntask_1,"When, exactly?","The only one\n"\n'
MARKET = {
    "record.csv": RECORDS,
    "query.csv": QUERIES,
    "telemetry/2022_03_20/log/log_service.csv": (
        b"log_id,timestamp,cmdb_id,log_name,value\n"
        b'abc,1647705600,adservice-0,log_adservice-service_application,"severity: info, message: hi"\n'
        b"abd,1647705601,adservice-0,log_adservice-service_application,started\n"
    ),
    "telemetry/2022_03_20/trace/trace_span.csv": (
        b"timestamp,cmdb_id,span_id,trace_id,duration,type,status_code,operation_name,parent_span\n"
        b"1647705600361,frontend-0,a652,d2c4,1521,rpc,0,hipstershop.AdService/GetAds,\n"
        b"1647705600362,adservice-0,a653,d2c4,1021,rpc,Ok,hipstershop.AdService/GetAds,a652\n"
    ),
    "telemetry/2022_03_20/metric/metric_container.csv": (
        b"timestamp,cmdb_id,kpi_name,value\n1647705600,node-6.adservice2-0,container_fs_writes_MB./dev/vda,0.5\n"
    ),
    "telemetry/2022_03_20/metric/metric_mesh.csv": (
        b"timestamp,cmdb_id,kpi_name,value\n"
        b"1647705600,cartservice-1.source.cartservice.redis-cart,istio_tcp_sent_bytes.-,9.0\n"
    ),
    "telemetry/2022_03_20/metric/metric_service.csv": (
        b"service,timestamp,rr,sr,mrt,count\nadservice-grpc,1647705600,100,100.0,2.4,1\n"
    ),
}
BANK = {
    "record.csv": RECORDS,
    "telemetry/2021_03_04/log/log_service.csv": (
        b"log_id,timestamp,cmdb_id,log_name,value\nx,1614787200,Tomcat01,gc,3748789.580: [GC]\n"
    ),
    "telemetry/2021_03_04/trace/trace_span.csv": (
        b"timestamp,cmdb_id,parent_id,span_id,trace_id,duration\n1614787199628,dockerA2,369-bcou,21030300016,gw01,17\n"
    ),
    "telemetry/2021_03_04/metric/metric_app.csv": b"timestamp,rr,sr,cnt,mrt,tc\n1614787440,100.0,99.5,22,53.27,Test1\n",
    "telemetry/2021_03_04/metric/metric_container.csv": (
        b"timestamp,cmdb_id,kpi_name,value\n1614787200,Tomcat04,OSLinux-CPU_CPU_CPUCpuUtil,26.3\n"
    ),
}


def test_cases_of_rcaeval(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "RE2", RCAEVAL, None)
    verify(folder)
    with open_dataset(folder) as opened:
        cart, redis = opened.cases()
        assert opened.format == "rcaeval"
        assert (cart.service, cart.fault, cart.repetition) == ("cartservice", "cpu", 1)
        assert (redis.service, redis.fault, redis.repetition) == ("redis-cart", "mem", 3)
        assert redis.inject_time == 1_705_360_000 * SECOND
        assert cart.data()["cartservice_latency-90"].isna().tolist() == [False, True]
        assert cart.logs(as_="python")["timestamp"] == [1_705_353_785_123_456]
        assert cart.spans(as_="python")["status_code"] == [-1, 0]
        assert redis.logs(as_="python") == {}
        assert opened.logs(as_="python")["level"] == ["INFO"]
        assert opened.metric_names() == ["cpu", "latency-90", "mem"]
        assert opened.metrics("latency-90", as_="python")["value"] == [0.01]
        assert [(each.kind, each.services) for each in opened.injections()] == [
            ("cpu", ("cartservice",)),
            ("mem", ("redis-cart",)),
        ]


def test_one_case_alone(tmp_path: Path) -> None:
    with open_dataset(write_folder(tmp_path, _one_case(), None)) as opened:
        (only,) = opened.cases()
        assert len(only.data()) == 2
        assert len(only.spans()) == 2


def test_the_only_case_of_a_zip_keeps_its_name(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "cartservice_cpu", {"1/" + name: content for name, content in _one_case().items()}, None
    )
    with open_dataset(write_zip(tmp_path / "case.zip", folder)) as opened:
        assert [case.service for case in opened.cases()] == ["cartservice"]


def _one_case() -> dict[str, bytes]:
    return {name.rpartition("/")[2]: content for name, content in RCAEVAL.items() if "cart" in name and "/1/" in name}


def test_a_time_that_is_none(tmp_path: Path) -> None:
    files = {**RCAEVAL, "RE2-OB/redis-cart_mem/3/inject_time.txt": b"soon\n"}
    with pytest.raises(
        DatasetError, match=r"inject_time\.txt, line 1: expected whole seconds since 1970, found 'soon'"
    ):
        verify(write_folder(tmp_path, files, None))


def test_market_of_openrca(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "cloudbed-1", MARKET, None)
    verify(folder)
    with open_dataset(folder) as opened:
        logs, spans = opened.logs(as_="python"), opened.spans(as_="python")
        metrics = opened.metrics(as_="python")
        (record,), (query,) = opened.records(), opened.queries()
        assert opened.metric_names() == [
            "container_fs_writes_MB",
            "count",
            "istio_tcp_sent_bytes",
            "mrt",
            "rr",
            "sr",
        ]
        assert [each.kind for each in opened.injections()] == ["container CPU load"]
    assert (logs["level"], logs["message"]) == (["INFO", ""], ["hi", "started"])
    assert logs["timestamp"][0] == 1_647_705_600 * SECOND
    assert spans["timestamp"][0] == 1_647_705_600_361_000
    assert (spans["duration"], spans["status_code"]) == ([1521, 1021], [0, 0])
    assert spans["parent_span_id"] == [None, "a652"]
    assert metrics["pod"][:2] == ["adservice2-0", "cartservice-1"]
    assert metrics["labels"][0] == "instance=/dev/vda,node=node-6"
    assert (record.component, record.timestamp) == ("adservice-0", 1_647_720_000 * SECOND)
    assert query.scoring_points == "The only one\n"


def test_bank_of_openrca_has_milliseconds(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "Bank", BANK, None)
    verify(folder)
    with open_dataset(folder) as opened:
        spans = opened.spans(as_="python")
        assert opened.metrics("mrt", as_="python")["service"] == ["Test1"]
        assert opened.metrics("OSLinux-CPU_CPU_CPUCpuUtil", as_="python")["pod"] == ["Tomcat04"]
    assert spans["duration"] == [17_000]
    assert spans["parent_span_id"] == ["369-bcou"]


def test_several_systems_at_once(tmp_path: Path) -> None:
    files = {f"{system}/{name}": content for system in ("Bank", "Telecom") for name, content in BANK.items()}
    with pytest.raises(DatasetError, match=r"several systems: Bank/, Telecom/.*open the folder of one"):
        open_dataset(write_folder(tmp_path, files, None))


def test_times_that_stand_there_twice(tmp_path: Path) -> None:
    verify(FIELD / "re1-time-twice")
    with open_dataset(FIELD / "re1-time-twice") as opened:
        (case,) = opened.cases()
        assert case.data(as_="python") == {
            "time": [1_700_000_000, 1_700_000_001, 1_700_000_002],
            "adservice_cpu": [1.0, 1.0, 9.0],
            "frontend_cpu": [5.0, 5.0, 5.0],
        }
        assert list(opened.raw("adservice_cpu/1/data.csv")) == ["time", "adservice_cpu", "frontend_cpu"]


def test_copies_of_a_column_that_differ(tmp_path: Path) -> None:
    name = "adservice_cpu/1/data.csv"
    content = (FIELD / "re1-time-twice" / name).read_bytes().replace(b"1700000001,1700000001", b"1700000001,1700000002")
    folder = write_folder(tmp_path, {name: content, "adservice_cpu/1/inject_time.txt": b"1700000002"}, None)
    for read in (verify, lambda path: open_dataset(path).cases()[0].data()):
        with pytest.raises(DatasetError, match=r"two columns 'time', which differ: .*1700000001.*1700000002") as caught:
            read(folder)
        assert (caught.value.file, caught.value.line) == (name, 3)


def test_metrics_with_an_underscore() -> None:
    verify(FIELD / "re1-sock-shop")
    with open_dataset(FIELD / "re1-sock-shop") as opened:
        assert opened.metric_names() == ["cpu", "lat_50", "lat_90"]
        metrics = opened.metrics(as_="python")
        assert set(metrics["service"]) == {"carts", "front-end"}
        assert opened.metrics("cpu", as_="python")["value"] == [3.0, 3.0, 9.0]
        assert [case.service for case in opened.cases()] == ["carts"]


@pytest.mark.parametrize(
    ("column", "service", "metric"),
    [
        ("carts-db_cpu", "carts-db", "cpu"),
        ("my_own_service_mem", "my_own_service", "mem"),
        ("my_own_service_latency-90", "my_own_service", "latency-90"),
        ("carts_lat_99", "carts", "lat_99"),
        ("carts_network_in", "carts", "network_in"),
    ],
)
def test_where_a_service_ends_and_its_metric_begins(tmp_path: Path, column: str, service: str, metric: str) -> None:
    files = {"x_cpu/1/data.csv": f"time,{column}\n5,1\n".encode(), "x_cpu/1/inject_time.txt": b"5\n"}
    with open_dataset(write_folder(tmp_path, files, None)) as opened:
        found = opened.metrics(as_="python")
    assert (found["service"], found["metric"]) == ([service], [metric])
